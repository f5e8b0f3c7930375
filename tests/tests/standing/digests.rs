//! Chats whose crowds become digests: delivered, refused, not to be sent, and never written.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::time::Duration;

use domain::{
    Claim, Clock as _, Delivery, DeliveryState, DestinationRecord, Digest, Ledger as _, Limit,
    Move, Name, RetryRecord, Turn,
};
use jiff::SignedDuration;
use testkit::world::{World, answer};

use super::{HOUR, MINUTE, event, pass, ring, slack, states, world};

/// So many events at once for a chat whose next moments are taken.
async fn crowd(world: &mut World, events: usize) {
    let second = [Limit { count: 1, per: Duration::from_secs(1) }];
    let (name, patience) = (Name::parse("chat").unwrap(), SignedDuration::from_secs(5));
    for _ in 0..4 {
        let turn = world.ledger.reserve(&name, &second, world.clock.now(), patience).await.unwrap();
        assert!(matches!(turn, Turn::At(_)), "{turn:?}");
    }
    for id in 0..events {
        ring(world, &id.to_string()).await;
    }
    pass(world, MINUTE * 5).await;
}

#[tokio::test]
async fn a_crowd_for_a_chat_becomes_a_digest() {
    let mut world = world(|_, _| Ok(answer(200, "ok"))).with_destination(&slack("chat"));
    crowd(&mut world, 60).await;
    assert_eq!(states(&world, "chat"), [("delivered", 60)]);
    assert_eq!(world.sent().len(), 1, "sixty waited together");
    world.check_the_books();
}

#[tokio::test]
async fn a_refused_digest_splits_into_single_attempts() {
    let digests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&digests);
    let mut world = world(move |_, sent| {
        let body = String::from_utf8_lossy(&sent.body).into_owned();
        let many = body.matches("DH").map(|_| ()).count() > 6;
        if many {
            counted.fetch_add(1, Ordering::SeqCst);
        }
        Ok(if many { answer(400, "invalid_blocks") } else { answer(200, "ok") })
    })
    .with_destination(&slack("chat"));
    crowd(&mut world, 30).await;
    assert_eq!(states(&world, "chat"), [("delivered", 30)]);
    assert_eq!((digests.load(Ordering::SeqCst), world.sent().len()), (1, 31));
    for pair in world.sent().windows(2) {
        assert!(pair[1].at.duration_since(pair[0].at).as_millis() >= 1000, "one a second");
    }
    world.check_the_books();
}

/// A digest whose schedule is used up is not made again and again: its members are held.
#[tokio::test]
async fn the_members_of_a_digest_that_cannot_be_sent_are_held_by_themselves() {
    let status = Arc::new(AtomicU16::new(500));
    let answers = Arc::clone(&status);
    let once = RetryRecord { waits: Some(Vec::new()), ..Default::default() };
    let chat = DestinationRecord { retry: Some(once), ..slack("chat") };
    let mut world =
        world(move |_, _| Ok(answer(answers.load(Ordering::SeqCst), "ok"))).with_destination(&chat);
    crowd(&mut world, 30).await;
    pass(&mut world, MINUTE * 5).await;
    assert_eq!(states(&world, "chat"), [("held", 30)]);
    let tried = world.sent().len();
    assert!(tried <= 3, "{tried}");
    pass(&mut world, HOUR).await;
    let probes = world.sent().len() - tried;
    assert!((3..=5).contains(&probes), "one in a quarter of an hour: {probes}");
    status.store(200, Ordering::SeqCst);
    pass(&mut world, MINUTE * 30).await;
    assert_eq!(states(&world, "chat"), [("delivered", 30)]);
    world.check_the_books();
}

/// A digest that was taken while its destination was not to be had has no delivery and gets none.
#[tokio::test]
async fn members_are_let_go_where_their_digest_was_taken_for_nobody() {
    let mut world = world(|_, _| Ok(answer(200, "ok"))).with_destination(&slack("chat"));
    let (chat, key) = (Name::parse("chat").unwrap(), Digest::key(7));
    let member = event(&world, "1");
    assert_eq!(world.ledger.claim(&member).await.unwrap(), Claim::Fresh);
    let of = member.delivery_to(&chat);
    let waiting = DeliveryState::Waiting { due: world.clock.now() };
    let waiting = Delivery::new(of.clone(), waiting, world.clock.now());
    _ = world.ledger.enlist(&[waiting]).await.unwrap();
    world.ledger.take(&member.key, false).await.unwrap();
    let gather = Move::Gather { into: key.clone(), attempts: 0 };
    _ = world.ledger.shift(&of, &gather, world.clock.now()).await.unwrap();
    let digest = Digest { destination: chat, members: vec![member.key] };
    let digest = digest.event(key, world.clock.now());
    assert_eq!(world.ledger.claim(&digest).await.unwrap(), Claim::Fresh);
    world.ledger.take(&digest.key, false).await.unwrap();
    pass(&mut world, MINUTE * 12).await;
    assert_eq!(states(&world, "chat"), [("delivered", 1)]);
}
