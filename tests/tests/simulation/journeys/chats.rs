//! Journeys to chats: each fails in the ways that its channel knows, and a crowd becomes a digest.

use jiff::SignedDuration;
use testkit::simulation::journey::{Asked, Journey, Reply};

use super::super::shop::{casso, chat, journey, later, says, secs, takes};

pub(super) fn slack() -> Journey {
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

pub(super) fn telegram() -> Journey {
    fn script(asked: &Asked<'_>) -> Reply {
        let moved = String::from_utf8_lossy(asked.body).contains("-7");
        match asked.before {
            0 => says(429, r#"{"ok":false,"error_code":429,"parameters":{"retry_after":35}}"#),
            1 => says(
                403,
                r#"{"ok":false,"error_code":403,"description":"Forbidden: bot was kicked"}"#,
            ),
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

pub(super) fn lark() -> Journey {
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
pub(super) fn crowd() -> Journey {
    Journey {
        destinations: vec![chat("slack", "slack")],
        calls: vec![casso(0, &(1..=12).collect::<Vec<_>>(), 50_000)],
        sure: vec!["slack"],
        ..journey("crowd")
    }
}

/// Digests are refused: all are told one by one.
pub(super) fn refused_crowd() -> Journey {
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
pub(super) fn crowd_at_a_dead_chat() -> Journey {
    fn script(asked: &Asked<'_>) -> Reply {
        let down = (secs(5)..secs(300)).contains(&asked.after);
        if down { says(404, "no_service") } else { takes(asked) }
    }
    Journey {
        destinations: vec![chat("slack", "slack")],
        calls: vec![casso(0, &(1..=8).collect::<Vec<_>>(), 50_000)],
        script,
        sure: vec!["slack"],
        probe_every: SignedDuration::from_mins(5),
        ..journey("crowd-at-a-dead-chat")
    }
}
