//! How messages are put together into requests: at most ten, and at most 256 KiB together. Pure.

use std::time::Duration;

use domain::Outbound;

/// The most messages of one request.
const MOST: usize = 10;
/// The most bytes of one request: the least of the limits that SQS has had.
const MOST_BYTES: usize = 256 * 1024;
/// The longest delay that SQS knows.
const LONGEST_DELAY_S: u64 = 900;

/// Cuts messages into batches, in order. One that is too large for any batch is a batch of its own,
/// for SQS to refuse by name.
pub(crate) fn batches(messages: &[Outbound]) -> Vec<&[Outbound]> {
    let mut batches = Vec::new();
    let (mut rest, mut count, mut bytes) = (messages, 0, 0);
    while let Some(next) = rest.get(count) {
        bytes += next.envelope.len();
        if count == MOST || (count > 0 && bytes > MOST_BYTES) {
            let (batch, after) = rest.split_at(count);
            batches.push(batch);
            (rest, count, bytes) = (after, 0, 0);
        } else {
            count += 1;
        }
    }
    if count > 0 {
        batches.push(rest);
    }
    batches
}

/// A delay as SQS has it: whole seconds, none that ends early unless it is cut, nothing for nothing.
pub(crate) fn delay(delay: Duration) -> Option<i32> {
    let whole = delay.as_secs().saturating_add(u64::from(delay.subsec_nanos() > 0));
    i32::try_from(whole.min(LONGEST_DELAY_S)).ok().filter(|seconds| *seconds > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(lengths: &[usize]) -> Vec<usize> {
        let messages: Vec<Outbound> = lengths
            .iter()
            .map(|length| Outbound { envelope: "x".repeat(*length), delay: Duration::ZERO })
            .collect();
        let batches = batches(&messages);
        assert_eq!(batches.concat(), messages);
        batches.iter().map(|batch| batch.len()).collect()
    }

    #[test]
    fn batches_are_cut_by_count_and_by_bytes() {
        let kib = 1024;
        for (lengths, expected) in [
            (vec![], vec![]),
            (vec![1], vec![1]),
            (vec![1; 10], vec![10]),
            (vec![1; 25], vec![10, 10, 5]),
            (vec![128 * kib, 128 * kib], vec![2]),
            (vec![128 * kib, 128 * kib, 1], vec![2, 1]),
            (vec![200 * kib; 3], vec![1, 1, 1]),
            (vec![1, 300 * kib, 1, 1], vec![1, 1, 2]),
            (vec![300 * kib], vec![1]),
        ] {
            assert_eq!(sizes(&lengths), expected, "{lengths:?}");
        }
    }

    #[test]
    fn a_delay_is_cut_to_what_sqs_knows() {
        for (millis, expected) in [
            (0, None),
            (1, Some(1)),
            (1000, Some(1)),
            (1001, Some(2)),
            (899_999, Some(900)),
            (900_000, Some(900)),
            (86_400_000, Some(900)),
        ] {
            assert_eq!(delay(Duration::from_millis(millis)), expected, "{millis}");
        }
        assert_eq!(delay(Duration::MAX - Duration::from_secs(1)), Some(900));
        assert_eq!(delay(Duration::MAX), Some(900));
    }
}
