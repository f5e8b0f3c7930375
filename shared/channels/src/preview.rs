//! Nothing is sent: the operator's terminal and the console show what each product would have
//! received. The bodies are unsigned and addressed to nobody, so a preview needs no settings.

use domain::{
    Answer, Channel, Destination, Display, Fault, Job, Outgoing, Pace, Unsendable, Verdict,
};
use serde_json::json;
use url::Url;

use crate::message::Message;
use crate::{lark, settings, slack, telegram, webhook};

/// The operator's own screen.
#[derive(Debug)]
pub(crate) struct Preview;

impl Channel for Preview {
    fn name(&self) -> &'static str {
        "preview"
    }

    fn check(&self, destination: &Destination) -> Result<(), Fault> {
        settings::only(destination, &[])
    }

    fn host(&self, _destination: &Destination) -> Option<Url> {
        None
    }

    fn is_own_host(&self, _url: &Url) -> bool {
        false
    }

    fn pace(&self, _destination: &Destination) -> Pace {
        Pace::Free
    }

    fn request(&self, job: &Job<'_>) -> Result<Outgoing, Unsendable> {
        let message = Message::of(job);
        let bodies = vec![
            ("slack", slack::body(&message)),
            ("telegram", telegram::body(&message, &json!("@preview"), None)),
            ("lark", lark::body(&message, None)),
            ("webhook", webhook::json(job.event)?),
        ];
        Ok(Outgoing::Show(Display { notification: message.into_notification(), bodies }))
    }

    /// Never asked, since nothing was sent.
    fn verdict(&self, _job: &Job<'_>, _answer: &Answer) -> Verdict {
        Verdict::Delivered
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{
        alarms_saying, destination, every_setting, hostile, id, job, named_by, summary_saying,
        transfer_saying,
    };

    #[test]
    fn every_product_is_shown_for_any_text() {
        let to = destination("preview");
        for memo in hostile() {
            let event = transfer_saying(&memo);
            let id = id(&event, &to);
            let Ok(Outgoing::Show(display)) = Preview.request(&job(&event, &to, &id)) else {
                panic!()
            };
            let shown: Vec<&str> = display.bodies.iter().map(|(name, _)| *name).collect();
            assert_eq!(shown, ["slack", "telegram", "lark", "webhook"]);
            for (name, body) in &display.bodies {
                assert!(serde_json::from_str::<serde_json::Value>(body).is_ok(), "{name}");
            }
            assert_eq!(display.notification.title, "Tiền vào · tingting");
        }
    }

    #[test]
    fn an_alarm_is_shown_with_what_to_do() {
        let to = destination("preview");
        for alarm in alarms_saying("x") {
            let event = alarm.event("1", jiff::Timestamp::UNIX_EPOCH);
            let id = id(&event, &to);
            let Ok(Outgoing::Show(display)) = Preview.request(&job(&event, &to, &id)) else {
                panic!()
            };
            let (label, advice) = display.notification.lines.last().unwrap();
            assert_eq!(*label, "Cần làm");
            assert!(display.bodies[1].1.contains(advice.split(" tingting ").next().unwrap()));
        }
        assert_eq!(Preview.pace(&to), Pace::Free);
    }

    #[test]
    fn a_summary_is_shown_as_every_product_would_have_it() {
        let (to, members) = (destination("preview"), named_by("DH1042", "NGUYEN VAN A"));
        let event = summary_saying().event(jiff::Timestamp::UNIX_EPOCH);
        let id = id(&event, &to);
        let job = Job { members: &members, ..job(&event, &to, &id) };
        let Ok(Outgoing::Show(display)) = Preview.request(&job) else { panic!() };
        let title = "Tổng kết 24 giờ đến 21:00 ngày 21/11/2026 · tingting";
        assert_eq!(display.notification.title, title);
        assert_eq!(display.notification.lines[5], ("Không gửi được", "ít nhất 7".to_owned()));
        for (name, body) in &display.bodies[..3] {
            assert!(body.contains(title) && body.contains("DH1042"), "{name}");
        }
    }

    #[test]
    fn a_preview_needs_no_settings_and_takes_none() {
        let mut to = destination("preview");
        assert_eq!((Preview.check(&to), Preview.host(&to)), (Ok(()), None));
        for (key, settings) in every_setting() {
            to.settings = settings;
            let expected = "the channel preview has no use for it; remove it";
            assert_eq!(Preview.check(&to), Err(Fault::new(key, expected)));
        }
    }
}
