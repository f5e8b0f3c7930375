//! Who is named by what, and what is left of it.

use jiff::Timestamp;

use super::left::{Left, of_letter};
use super::*;
use crate::{
    Attempt, Currency, Delivery, DeliveryState, Digest, Envelope, Event, EventKey, Fact, Facts,
    Kind, Money, Name, Parked, Provenance, SourceId, Stored,
};

fn account(text: &str) -> Payer {
    Payer::account(text).unwrap()
}

fn name(text: &str) -> Payer {
    Payer::name(text).unwrap()
}

fn event(identity: &str, facts: Facts, object: &str) -> Event {
    let source = SourceId::parse("thueapi/shop").unwrap();
    Event {
        key: EventKey::new(&source, identity),
        source,
        kind: Kind::TransferIn,
        test: false,
        late: true,
        provenance: Provenance::Hook,
        occurred: None,
        received: Timestamp::UNIX_EPOCH,
        money: Money::parse("250000", Currency::VND).ok(),
        balance: None,
        facts,
        object: object.to_owned(),
    }
}

fn memo(text: &str) -> Event {
    event("1", Facts::default().with(Fact::Content, text.to_owned()), "{}")
}

fn stored(event: Event) -> Kept {
    Kept::Event(Stored { event, taken: true })
}

fn walk(payer: &Payer) -> Left<'_> {
    Left::new(payer, Timestamp::MAX)
}

fn is_named(payer: &Payer, event: Event) -> bool {
    walk(payer).of(&stored(event)).is_some()
}

#[test]
fn a_name_is_found_as_whole_words_however_it_is_written() {
    let decomposed = "Nguye\u{0302}\u{0303}n";
    for (wanted, text, named) in [
        ("Nguyễn Văn An", "nguyễn văn an", true),
        ("Nguyễn Văn An", "CK NGUYỄN  VĂN\tAN, đơn 1", true),
        ("Nguyễn", decomposed, true),
        (decomposed, "(Nguyễn)", true),
        ("nguyen van an", "NGUYEN VAN AN chuyen tien", true),
        ("nguyen van an", "Nguyễn Văn An", false),
        ("Nguyễn Văn An", "NGUYEN VAN AN", false),
        ("Nguyễn Văn An", "nguyễn văn anh", false),
        ("Văn An", "nguyễn văn an", true),
        ("an an", "xan an an", true),
        ("Lan", "lan\u{0331}", false),
        ("Lan", "Hoàng-Lan", true),
        ("Lan", "phlan", false),
    ] {
        assert_eq!(is_named(&name(wanted), memo(text)), named, "{wanted:?} in {text:?}");
    }
}

#[test]
fn an_account_is_found_however_it_is_spaced_and_never_as_a_part() {
    let fact = |fact, text: &str| event("1", Facts::default().with(fact, text.to_owned()), "{}");
    for (event, named) in [
        (fact(Fact::CounterpartyAccount, "0071 000 123"), true),
        (fact(Fact::VirtualAccount, "0071000123"), true),
        (fact(Fact::Account, "0071000123"), true),
        (fact(Fact::CounterpartyAccount, "00710001234"), false),
        (memo("tu TK 0071000123."), true),
        (memo("tu TK 10071000123"), false),
        (event("0071000123", Facts::default(), "{}"), false),
    ] {
        assert_eq!(is_named(&account("0071 000123"), event.clone()), named, "{event:?}");
    }
    assert!(is_named(&account("vqrq0001abc"), memo("VQRQ0001ABC")));
}

#[test]
fn a_providers_object_is_read_for_what_it_holds() {
    for (object, named) in [
        (r#"{"a":[{"name":"Nguy\u1ec5n V\u0103n An"}]}"#, true),
        (r#"{"number":71000123}"#, true),
        (r#"{"number":710001230}"#, false),
        (r#"{"data":"{\"payer\":\"nguy\\u1ec5n văn an\"}"}"#, true),
        (r#"{"query":"n=Nguy%E1%BB%85n+V%C4%83n+An"}"#, true),
        (r#"{"data":"eyJwYXllciI6Ik5ndXnhu4VuIFbEg24gQW4ifQ"}"#, true),
        ("null", false),
    ] {
        let of = event("1", Facts::default(), object);
        let named_so = is_named(&name("Nguyễn Văn An"), of.clone());
        assert_eq!(named_so || is_named(&account("71000123"), of), named, "{object}");
    }
}

#[test]
fn of_an_event_stays_what_makes_it_known_and_counted() {
    let facts = Facts::default()
        .with(Fact::Account, "88888888".to_owned())
        .with(Fact::Counterparty, "NGUYEN VAN AN".to_owned())
        .with(Fact::CounterpartyAccount, "123456".to_owned())
        .with(Fact::Content, "tien nha".to_owned())
        .with(Fact::Reference, "FT1".to_owned())
        .with(Fact::Number, "don cua Nguyen Van An".to_owned());
    let was = event("1", facts, r#"{"x":1}"#);
    let payer = name("Nguyen Van An");
    let Some(Kept::Event(now)) = walk(&payer).of(&stored(was.clone())) else {
        panic!("it names the payer")
    };
    let left = Facts::default()
        .with(Fact::Account, "88888888".to_owned())
        .with(Fact::Reference, "FT1".to_owned());
    let expected = Event { facts: left, object: r#"{"erased":true}"#.to_owned(), ..was.clone() };
    assert_eq!(now, Stored { event: expected.clone(), taken: true });
    assert_eq!(expected.fingerprint(), was.fingerprint());
    assert_eq!(Event::from_json(&expected.to_json().unwrap()).unwrap(), expected);
    assert_eq!(walk(&payer).of(&stored(expected)), None, "it names nobody now");
    assert_eq!(walk(&name("Tran Thi Binh")).of(&stored(was)), None);
}

fn tried(event: &Event, state: DeliveryState, detail: &str) -> Kept {
    let at = Timestamp::UNIX_EPOCH;
    let attempt = Attempt {
        n: 1,
        started: at,
        finished: at,
        verdict: "refused",
        status: Some(400),
        detail: detail.to_owned(),
        counted: false,
    };
    let of = event.delivery_to(&Name::parse("sales").unwrap());
    Kept::Delivery(Delivery::new(of, state, at), vec![attempt])
}

#[test]
fn attempts_of_what_named_the_payer_tell_nothing_any_more() {
    let payer = name("Nguyen Van An");
    let refused = |why: &str| DeliveryState::Failed(format!("refused: {why}"));
    let members = vec![memo("x").key];
    let digest = Digest { destination: Name::parse("sales").unwrap(), members };
    let digest = digest.event(Digest::key(1), Timestamp::UNIX_EPOCH);
    let other = event("2", Facts::default(), "{}");
    let mut first = walk(&payer);
    assert_eq!(first.of(&stored(digest.clone())), None);
    assert_eq!(first.of(&stored(other.clone())), None);
    let event = memo("nguyen van an");
    let Some(Kept::Event(erased)) = first.of(&stored(event.clone())) else { panic!() };
    for of in [&event, &digest] {
        let left = first.of(&tried(of, refused("no"), "no — nguyen van an"));
        assert_eq!(left, Some(tried(of, refused("erased"), "")));
    }
    assert_eq!(first.of(&tried(&other, refused("no"), "no")), None);
    let told = first.of(&tried(&other, DeliveryState::Delivered, "thanks, Nguyen Van An"));
    assert_eq!(told, Some(tried(&other, DeliveryState::Delivered, "")));
    assert_eq!(first.of(&tried(&event, DeliveryState::Delivered, "")), None);
    // Whoever was interrupted goes on.
    let mut again = walk(&payer);
    assert_eq!(again.of(&Kept::Event(erased)), None);
    let left = again.of(&tried(&event, DeliveryState::Delivered, "nguyen van an"));
    assert_eq!(left, Some(tried(&event, DeliveryState::Delivered, "")));
}

#[test]
fn what_was_parked_or_is_in_conflict_is_emptied() {
    let payer = name("Nguyễn Văn An");
    let parked = |bytes: &str, context: &str, reason: &str| Kept::Parked {
        source: SourceId::parse("sepay/shop").unwrap(),
        parked: Parked { bytes: bytes.to_owned().into(), reason: reason.to_owned() },
        context: context.to_owned(),
        at: Timestamp::UNIX_EPOCH,
    };
    for (bytes, context) in [
        ("name=Nguy%E1%BB%85n+V%C4%83n+An&amount=1", "{}"),
        ("", r#"{"query":"name=Nguy%E1%BB%85n%20V%C4%83n%20An"}"#),
        (r#"{"name":"Nguy\u1ec5n V\u0103n An","#, "{}"),
        ("data=eyJwYXllciI6Ik5ndXnhu4VuIFbEg24gQW4ifQ%3D%3D&signature=1", "{}"),
    ] {
        let left = walk(&payer).of(&parked(bytes, context, "no amount"));
        assert_eq!(left, Some(parked("", "", "erased")), "{bytes} {context}");
    }
    assert_eq!(walk(&payer).of(&parked("name=Nguy", "{}", "no amount")), None);
    let conflict = Kept::Conflict { event: memo("nguyễn văn an"), told: true };
    let Some(Kept::Conflict { event, told: true }) = walk(&payer).of(&conflict) else {
        panic!("it names the payer")
    };
    assert_eq!(event.object, r#"{"erased":true}"#);
}

#[test]
fn an_envelope_rings_on_and_a_dead_letter_is_emptied() {
    let payer = account("0071000123");
    let named = memo("tu 0071000123");
    let whole = Envelope::for_event(&named).unwrap();
    let key = Envelope::for_key(&named.key).unwrap();
    let other = event("0071000123", Facts::default(), "{}");
    let delivery = Envelope::for_delivery(&other.delivery_to(&Name::parse("a").unwrap())).unwrap();
    let dead = Some("no envelope".to_owned());
    let emptied = || Some((String::new(), Some("erased".to_owned())));
    for (envelope, reason, expected) in [
        (whole.clone(), None, Some((key.clone(), None))),
        (whole, dead.clone(), emptied()),
        ("{\"x\":\"0071000123\"}".to_owned(), dead.clone(), emptied()),
        ("0071000123".to_owned(), None, Some((String::new(), None))),
        ("{\"x\":1}".to_owned(), dead.clone(), None),
        (key, None, None),
        (delivery, dead, None),
        (Envelope::for_event(&other).unwrap(), None, None),
    ] {
        let letter = Letter { place: 1, envelope, reason };
        let left = of_letter(&letter, &payer).unwrap();
        assert_eq!(left, expected, "{}", letter.envelope);
    }
}

#[test]
fn what_singles_out_nobody_is_refused_and_nobody_is_shown() {
    for text in ["", " ", "123", "1 2-3", "---- ----"] {
        assert_eq!(Payer::account(text), Err(PayerError::Account), "{text}");
    }
    for text in ["", "A", "1 2 3", "a 1", "\u{200B}"] {
        assert_eq!(Payer::name(text), Err(PayerError::Name), "{text}");
    }
    let shown = format!("{:?} {:?}", account("0071000123"), name("Vũ"));
    assert!(!shown.contains("0071") && !shown.to_lowercase().contains("vũ"), "{shown}");
}

#[test]
fn what_no_destination_was_chosen_for_yet_is_left_alone_for_a_day() {
    let payer = name("Nguyen Van An");
    let untaken = |event: Event| Kept::Event(Stored { event, taken: false });
    let named = memo("nguyen van an");
    let mut before = Left::new(&payer, named.received - SignedDuration::from_secs(1));
    assert_eq!(before.of(&untaken(named.clone())), None);
    assert_eq!(before.of(&untaken(memo("somebody else"))), None);
    assert_eq!(before.untaken, 1);
    assert!(before.of(&stored(named.clone())).is_some(), "taken");
    let mut after = Left::new(&payer, named.received);
    assert!(after.of(&untaken(named)).is_some());
    assert_eq!(after.untaken, 0);
}
