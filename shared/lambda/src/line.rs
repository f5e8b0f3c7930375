//! One line of JSON per invocation: its log, and its metrics in CloudWatch's Embedded Metric Format.
//! What CloudWatch takes in is paid by the byte, so that a line says nothing twice and no zero.
//!
//! Which fields there are is `told`'s; nothing in here looks at a value.

use std::io::{self, Write as _};

use jiff::Timestamp;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use crate::invocation::Invocation;
use crate::metric::Metric;

/// How grave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Info,
    Warn,
    Error,
}

/// A line in the making.
#[derive(Debug)]
pub(crate) struct Line {
    at: Timestamp,
    level: Level,
    message: &'static str,
    fields: Vec<(&'static str, Value)>,
    metrics: Vec<(Metric, u64)>,
}

impl Line {
    pub(crate) fn new(at: Timestamp, level: Level, message: &'static str) -> Self {
        Self { at, level, message, fields: Vec::new(), metrics: Vec::new() }
    }

    /// Adds a field.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// Adds a metric. Nothing is added for zero: nothing happened.
    pub(crate) fn count(mut self, metric: Metric, value: u64) -> Self {
        if value > 0 {
            self.metrics.push((metric, value));
        }
        self
    }

    /// Adds a duration, or how many there are now, though it may be zero.
    pub(crate) fn measure(mut self, metric: Metric, value: u64) -> Self {
        self.metrics.push((metric, value));
        self
    }

    /// The line as text, without its end.
    pub(crate) fn render(&self, invocation: &Invocation, stack: Option<&str>) -> String {
        let whole = Whole { line: self, invocation: Some(invocation), stack };
        // Texts and numbers under texts: there is nothing in it that JSON cannot say.
        serde_json::to_string(&whole).unwrap_or_default()
    }

    /// The line as text, outside of any invocation.
    pub(crate) fn render_alone(&self) -> String {
        let whole = Whole { line: self, invocation: None, stack: None };
        serde_json::to_string(&whole).unwrap_or_default()
    }
}

/// Writes a line to the function's log. Nobody is left to tell when that fails.
pub(crate) fn write_out(line: &str) {
    let mut out = io::stdout().lock();
    _ = out.write_all(format!("{line}\n").as_bytes());
    _ = out.flush();
}

struct Whole<'a> {
    line: &'a Line,
    invocation: Option<&'a Invocation>,
    stack: Option<&'a str>,
}

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { line, invocation, stack } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("timestamp", &format_args!("{:.3}", line.at))?;
        map.serialize_entry("level", word(line.level))?;
        map.serialize_entry("message", line.message)?;
        for (name, value) in &line.fields {
            map.serialize_entry(name, value)?;
        }
        if let Some(invocation) = invocation {
            map.serialize_entry("request_id", &invocation.request_id)?;
            if let Some(trace) = &invocation.trace {
                map.serialize_entry("xray_trace_id", trace)?;
            }
        }
        if !line.metrics.is_empty() {
            let dimensions: Vec<&str> = stack.iter().map(|_| Metric::DIMENSION).collect();
            // Without units: they say what the names say already.
            let names = line.metrics.iter().map(|(metric, _)| json!({ "Name": metric.name() }));
            let metrics: Vec<Value> = names.collect();
            map.serialize_entry(
                "_aws",
                &json!({
                    "Timestamp": line.at.as_millisecond(),
                    "CloudWatchMetrics": [{
                        "Namespace": Metric::NAMESPACE,
                        "Dimensions": [dimensions],
                        "Metrics": metrics,
                    }],
                }),
            )?;
            if let Some(stack) = stack {
                map.serialize_entry(Metric::DIMENSION, stack)?;
            }
            for (metric, value) in &line.metrics {
                map.serialize_entry(metric.name(), value)?;
            }
        }
        map.end()
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Info => "INFO",
        Level::Warn => "WARN",
        Level::Error => "ERROR",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Timestamp {
        "2026-03-01T02:00:00.0123Z".parse().unwrap()
    }

    fn invocation() -> Invocation {
        Invocation { request_id: "r-1".to_owned(), trace: None, deadline: Timestamp::MAX }
    }

    #[test]
    fn a_line_is_a_log_and_its_metrics() {
        let line = Line::new(at(), Level::Info, "taken")
            .with("source.id", "casso/shop")
            .count(Metric::HooksAccepted, 1)
            .count(Metric::Attention, 0)
            .measure(Metric::AcknowledgeMs, 0);
        assert_eq!(
            line.render(&invocation(), Some("shop")),
            r#"{"timestamp":"2026-03-01T02:00:00.012Z","level":"INFO","message":"taken","source.id":"casso/shop","request_id":"r-1","_aws":{"CloudWatchMetrics":[{"Dimensions":[["Stack"]],"Metrics":[{"Name":"hooks_accepted"},{"Name":"acknowledge_ms"}],"Namespace":"tingting"}],"Timestamp":1772330400012},"Stack":"shop","hooks_accepted":1,"acknowledge_ms":0}"#
        );
    }

    #[test]
    fn without_metrics_there_is_no_metrics_part_and_without_a_stack_no_dimension() {
        let line = Line::new(at(), Level::Warn, "refused");
        let text = line.render(&invocation(), Some("shop"));
        assert!(!text.contains("_aws") && !text.contains("Stack"), "{text}");
        let text = line.count(Metric::HooksRefused, 1).render(&invocation(), None);
        assert!(text.contains(r#""Dimensions":[[]]"#) && !text.contains("Stack"), "{text}");
    }
}
