//! The journeys: each a life of a shop in a few hooks.

use std::sync::{Arc, LazyLock};

use jiff::SignedDuration;
use testkit::simulation::journey::{Act, Asked, Journey, Reply};

use super::shop::{
    alarms, casso, chat, fine, hangs, hours, journey, later, pause, refuses, says, secs, sepay,
    source, takes, thueapi, webhook, with_waits,
};

/// All of them.
pub(super) static ALL: LazyLock<Vec<Arc<Journey>>> = LazyLock::new(|| {
    let short = [one_event(), one_chat(), same_again(), conflict()];
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
        destinations: vec![with_waits(webhook("sink"), &["10s"; 20])],
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

fn slack() -> Journey {
    fn script(asked: &Asked<'_>) -> Reply {
        match (asked.event, asked.before) {
            ("casso/shop/2", _) => says(400, "invalid_blocks"),
            (_, 0) => later(429, "", "40"),
            (_, 1) => says(404, "no_service"),
            _ => takes(asked),
        }
    }
    Journey {
        destinations: vec![chat("slack", "slack")],
        calls: vec![casso(0, &[1], 50_000), casso(100, &[2], 50_000), casso(200, &[3], 50_000)],
        script,
        ..journey("slack")
    }
}

fn telegram() -> Journey {
    fn script(asked: &Asked<'_>) -> Reply {
        let moved = String::from_utf8_lossy(asked.body).contains("-7");
        match asked.before {
            0 => says(429, r#"{"ok":false,"error_code":429,"parameters":{"retry_after":35}}"#),
            1 => says(403, r#"{"ok":false,"error_code":403,"description":"Forbidden: bot was kicked"}"#),
            _ if !moved => says(
                400,
                r#"{"ok":false,"error_code":400,"description":"upgraded","parameters":{"migrate_to_chat_id":-7}}"#,
            ),
            _ => takes(asked),
        }
    }
    Journey {
        destinations: vec![chat("telegram", "telegram")],
        calls: vec![casso(0, &[1], 50_000), casso(100, &[2], 50_000)],
        script,
        sure: vec!["telegram"],
        ..journey("telegram")
    }
}

fn lark() -> Journey {
    fn script(asked: &Asked<'_>) -> Reply {
        match asked.before {
            0 => says(200, r#"{"code":11232,"msg":"frequency limited"}"#),
            1 => says(200, r#"{"code":2200,"msg":"internal"}"#),
            2 => says(200, r#"{"code":19001,"msg":"param invalid"}"#),
            _ => takes(asked),
        }
    }
    Journey {
        destinations: vec![chat("lark", "lark")],
        calls: vec![casso(0, &[1], 50_000), casso(300, &[2], 50_000)],
        script,
        sure: vec!["lark"],
        ..journey("lark")
    }
}

/// A chat gets more at once than it may be told one by one.
fn crowd() -> Journey {
    Journey {
        destinations: vec![chat("slack", "slack")],
        calls: vec![casso(0, &(1..=14).collect::<Vec<_>>(), 50_000)],
        sure: vec!["slack"],
        ..journey("crowd")
    }
}

/// Digests are refused: all are told one by one.
fn refused_crowd() -> Journey {
    fn script(asked: &Asked<'_>) -> Reply {
        if asked.members > 0 { says(400, "invalid_blocks") } else { takes(asked) }
    }
    Journey {
        destinations: vec![chat("slack", "slack")],
        calls: vec![casso(0, &(1..=12).collect::<Vec<_>>(), 50_000)],
        script,
        sure: vec!["slack"],
        ..journey("refused-crowd")
    }
}

/// The chat is dead when the digest comes, and comes back.
fn crowd_at_a_dead_chat() -> Journey {
    fn script(asked: &Asked<'_>) -> Reply {
        let down = (secs(5)..secs(1200)).contains(&asked.after);
        if down { says(404, "no_service") } else { takes(asked) }
    }
    Journey {
        destinations: vec![chat("slack", "slack")],
        calls: vec![casso(0, &(1..=14).collect::<Vec<_>>(), 50_000)],
        script,
        sure: vec!["slack"],
        ..journey("crowd-at-a-dead-chat")
    }
}

/// An operator pauses and resumes.
fn by_hand() -> Journey {
    Journey {
        destinations: vec![webhook("sink"), alarms("ops")],
        calls: vec![
            casso(0, &[1], 50_000),
            casso(120, &[2, 3], 50_000),
            casso(3_600, &[4], 50_000),
            casso(7_210, &[5], 50_000),
        ],
        acts: vec![pause(secs(60), "sink"), (hours(2), Act::Resume("sink"))],
        script: fine,
        sure: vec!["sink", "ops"],
        ..journey("by-hand")
    }
}

/// The destination is removed while deliveries wait for it.
fn removed() -> Journey {
    Journey {
        destinations: vec![with_waits(webhook("sink"), &["1m"; 30])],
        calls: vec![casso(0, &[1], 50_000), casso(90, &[2], 50_000)],
        acts: vec![(secs(100), Act::Remove("sink"))],
        script: |_| says(500, ""),
        ..journey("removed")
    }
}

/// The destination is removed while deliveries are held for it.
fn removed_while_held() -> Journey {
    Journey {
        destinations: vec![webhook("sink")],
        calls: vec![casso(0, &[1], 50_000), casso(90, &[2], 50_000)],
        acts: vec![(secs(200), Act::Remove("sink"))],
        script: |_| says(410, ""),
        ..journey("removed-while-held")
    }
}

/// Down for thirty hours: paused after a day, back by a probe.
fn failing_for_days() -> Journey {
    fn script(asked: &Asked<'_>) -> Reply {
        let down = asked.destination == "sink" && asked.after < hours(30);
        if down { says(503, "") } else { takes(asked) }
    }
    Journey {
        destinations: vec![webhook("sink"), alarms("ops")],
        calls: vec![
            casso(0, &[1], 50_000),
            casso(12 * 3600, &[2], 50_000),
            casso(26 * 3600, &[3], 50_000),
            casso(31 * 3600, &[4], 50_000),
        ],
        script,
        sure: vec!["sink", "ops"],
        probe_every: SignedDuration::from_hours(1),
        ..journey("failing-for-days")
    }
}

/// Dead for good: disabled after seven days.
fn never_back() -> Journey {
    fn script(asked: &Asked<'_>) -> Reply {
        if asked.destination == "sink" { says(410, "") } else { takes(asked) }
    }
    Journey {
        destinations: vec![webhook("sink"), alarms("ops")],
        calls: vec![
            casso(0, &[1], 50_000),
            casso(3600, &[2], 50_000),
            casso(8 * 86_400, &[3], 50_000),
        ],
        script,
        sure: vec!["ops"],
        days: 12,
        probe_every: SignedDuration::from_hours(12),
        ..journey("never-back")
    }
}
