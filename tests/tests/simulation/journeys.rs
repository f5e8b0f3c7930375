//! The journeys: each a life of a shop in a few hooks.

mod chats;
mod long;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use testkit::simulation::journey::{Asked, Journey, Reply};

use super::shop::{
    alarms, casso, chat, hangs, journey, later, refuses, says, secs, sepay, source, takes, thueapi,
    webhook, with_waits,
};
use chats::{crowd, crowd_at_a_dead_chat, lark, refused_crowd, slack, telegram};
use long::{by_hand, failing_for_days, never_back, removed, removed_while_held};

/// All of them.
pub(super) static ALL: LazyLock<Vec<Arc<Journey>>> = LazyLock::new(|| {
    let short = [one_event(), one_chat(), slow(), same_again(), conflict()];
    let middle = [array(), senders(), full(), ways_of_a_webhook(), gone_and_back(), plugin()];
    let chats = [slack(), telegram(), lark(), crowd(), refused_crowd(), crowd_at_a_dead_chat()];
    let long = [by_hand(), removed(), removed_while_held(), failing_for_days(), never_back()];
    let all = short.into_iter().map(|one| Journey { short: true, ..one });
    all.chain(middle).chain(chats).chain(long).map(Arc::new).collect()
});

fn one_event() -> Journey {
    Journey {
        destinations: vec![webhook("sink")],
        calls: vec![casso(0, &[1], 50_000)],
        sure: vec!["sink"],
        ..journey("one-event")
    }
}

fn one_chat() -> Journey {
    Journey {
        destinations: vec![chat("slack", "slack")],
        calls: vec![casso(0, &[1], 50_000)],
        sure: vec!["slack"],
        ..journey("one-chat")
    }
}

/// It takes the message and says so at the last moment.
fn slow() -> Journey {
    fn script(asked: &Asked<'_>) -> Reply {
        Reply { wait: Duration::from_secs(9), ..takes(asked) }
    }
    Journey {
        destinations: vec![webhook("sink")],
        calls: vec![casso(0, &[1], 50_000)],
        script,
        sure: vec!["sink"],
        ..journey("slow")
    }
}

fn same_again() -> Journey {
    Journey {
        destinations: vec![webhook("sink")],
        calls: vec![casso(0, &[1], 50_000), casso(0, &[1], 50_000)],
        sure: vec!["sink"],
        ..journey("same-again")
    }
}

fn conflict() -> Journey {
    Journey {
        destinations: vec![webhook("sink"), alarms("ops")],
        calls: vec![casso(0, &[1], 50_000), casso(1, &[1], 70_000)],
        sure: vec!["sink", "ops"],
        ..journey("conflict")
    }
}

fn array() -> Journey {
    Journey {
        destinations: vec![webhook("sink"), chat("telegram", "telegram")],
        calls: vec![casso(0, &[1, 2, 3], 50_000), casso(2, &[3, 4], 50_000)],
        sure: vec!["sink", "telegram"],
        ..journey("array")
    }
}

/// Three senders at once, one of which never calls again.
fn senders() -> Journey {
    Journey {
        sources: vec![source("casso"), source("sepay"), source("thueapi")],
        destinations: vec![webhook("sink"), chat("lark", "lark")],
        calls: vec![casso(0, &[1], 50_000), sepay(0, 2), thueapi(0, 3), sepay(1, 2)],
        sure: vec!["sink", "lark"],
        ..journey("senders")
    }
}

/// More at once than a small shop takes.
fn full() -> Journey {
    let mut sink = webhook("sink");
    sink.concurrency = Some(1);
    Journey {
        destinations: vec![sink],
        calls: (1..=6).map(|id| casso(0, &[id], 50_000)).collect(),
        sure: vec!["sink"],
        ..journey("full")
    }
}

fn ways_of_a_webhook() -> Journey {
    fn script(asked: &Asked<'_>) -> Reply {
        match asked.before {
            0 => hangs(),
            1 => refuses(),
            2 => says(500, "boom"),
            3 => later(429, "", "45"),
            4 => says(307, ""),
            _ => takes(asked),
        }
    }
    Journey {
        destinations: vec![with_waits(
            webhook("sink"),
            &["10s", "20m", "10s", "10s", "10s", "10s"],
        )],
        calls: vec![casso(0, &[1], 50_000)],
        script,
        sure: vec!["sink"],
        ..journey("ways-of-a-webhook")
    }
}

/// 410 pauses it at once; a probe finds it again.
fn gone_and_back() -> Journey {
    fn script(asked: &Asked<'_>) -> Reply {
        if asked.destination == "sink" && asked.after < secs(1500) {
            says(410, "")
        } else {
            takes(asked)
        }
    }
    Journey {
        destinations: vec![webhook("sink"), alarms("ops")],
        calls: vec![casso(0, &[1], 50_000), casso(60, &[2, 3], 50_000), casso(2000, &[4], 50_000)],
        script,
        sure: vec!["sink", "ops"],
        ..journey("gone-and-back")
    }
}

/// The shop's plugin says 200 to everything, and means it otherwise.
fn plugin() -> Journey {
    fn script(asked: &Asked<'_>) -> Reply {
        match asked.before {
            0 => says(200, "<html>upgrading"),
            1 => says(200, r#"{"success":false,"message":"Token incorrect !"}"#),
            2 => says(400, "-1"),
            _ => Reply { takes: true, ..says(200, r#"{"success":true,"message":""}"#) },
        }
    }
    let mut sink = with_waits(webhook("sink"), &["10s"; 20]);
    sink.endpoint = Some(domain::Text::Text("https://shop.example/wc-api/thueapi".into()));
    Journey {
        destinations: vec![sink],
        calls: vec![casso(0, &[1], 50_000)],
        script,
        sure: vec!["sink"],
        ..journey("plugin")
    }
}
