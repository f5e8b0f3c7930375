//! The tables of records: `[[source]]` and `[[destination]]`. What a record means is said by the
//! domain; here it gets its line.

use std::collections::BTreeSet;

use domain::{Destination, DestinationRecord, Source, SourceRecord};
use egress::Guard;

use super::Surroundings;
use super::document::{Document, Value};
use super::fault::Fault;

/// `[[source]]`, as typed and as understood.
pub(super) fn sources(
    document: &mut Document<'_>,
    surroundings: Surroundings<'_>,
    guard: &Guard,
    faults: &mut Vec<Fault>,
) -> Vec<(SourceRecord, Source)> {
    let (mut sources, mut seen) = (Vec::new(), BTreeSet::new());
    for table in document.take_all("source", faults) {
        let read = document.read::<SourceRecord>("source", table.clone()).and_then(|record| {
            let label = format!("source {}/{}", record.provider, record.name);
            let parsed = record.parse(surroundings.providers);
            let source = parsed.map_err(|fault| record_fault(document, &table, &label, &fault))?;
            if !seen.insert(source.id.clone()) {
                return Err(twice(document, &table, &label));
            }
            guard
                .judge_source(&source, surroundings.resolve)
                .map_err(|fault| record_fault(document, &table, &label, &fault))?;
            Ok((record, source))
        });
        match read {
            Ok(pair) => sources.push(pair),
            Err(fault) => faults.push(fault),
        }
    }
    sources
}

/// `[[destination]]`, as typed and as understood.
pub(super) fn destinations(
    document: &mut Document<'_>,
    surroundings: Surroundings<'_>,
    guard: &Guard,
    faults: &mut Vec<Fault>,
) -> Vec<(DestinationRecord, Destination)> {
    let (mut destinations, mut seen) = (Vec::new(), BTreeSet::new());
    for table in document.take_all("destination", faults) {
        let read =
            document.read::<DestinationRecord>("destination", table.clone()).and_then(|record| {
                let label = format!("destination {}", record.name);
                let parsed = record.parse(surroundings.channels);
                let destination =
                    parsed.map_err(|fault| record_fault(document, &table, &label, &fault))?;
                if !seen.insert(destination.name.clone()) {
                    return Err(twice(document, &table, &label));
                }
                guard
                    .judge_destination(&destination, surroundings.channels, surroundings.resolve)
                    .map_err(|fault| record_fault(document, &table, &label, &fault))?;
                Ok((record, destination))
            });
        match read {
            Ok(pair) => destinations.push(pair),
            Err(fault) => faults.push(fault),
        }
    }
    destinations
}

/// A record's fault with its line.
fn record_fault(
    document: &Document<'_>,
    table: &Value<'_>,
    label: &str,
    fault: &domain::Fault,
) -> Fault {
    Fault { line: document.line_of_key(table, fault.key), message: format!("{label}: {fault}") }
}

fn twice(document: &Document<'_>, table: &Value<'_>, label: &str) -> Fault {
    let line = document.line_of_key(table, "name");
    Fault { line, message: format!("{label}: the second of this name; rename one of them") }
}
