//! What template.yaml promises and no local server can judge: each provider has its function, its
//! routes and its own keys only; the numbers that belong together do; metrics and alarms are few and
//! have the names that the functions write.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use lambda::Metric;
use saphyr::{LoadableYamlNode as _, Yaml};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

fn text() -> String {
    fs::read_to_string(root().join("template.yaml")).unwrap()
}

/// Gives `look` the resources by their names.
fn with_resources<T>(look: impl FnOnce(&Yaml<'_>) -> T) -> T {
    let text = text();
    let template = Yaml::load_from_str(&text).unwrap();
    look(&template[0]["Resources"])
}

fn strings<'a>(yaml: &'a Yaml<'_>) -> Vec<&'a str> {
    match yaml.as_sequence() {
        Some(items) => items.iter().map(|item| item.as_str().unwrap()).collect(),
        None => vec![yaml.as_str().unwrap()],
    }
}

/// The name of a function in the template: its folder's, with a capital.
fn resource(function: &str) -> String {
    let (first, rest) = function.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}

/// What a tagged value says: `!GetAtt Ledger.Arn` is "Ledger.Arn".
fn tagged<'a>(yaml: &'a Yaml<'_>) -> &'a str {
    let said = if let Yaml::Tagged(_, value) = yaml { value.as_str() } else { yaml.as_str() };
    said.unwrap()
}

#[test]
fn every_provider_has_its_function_and_its_routes() {
    with_resources(|resources| {
        for provider in providers::ALL {
            let name = provider.name();
            let properties = &resources[resource(name).as_str()]["Properties"];
            let code = properties["CodeUri"].as_str().unwrap();
            assert_eq!(code, format!("target/lambda/{name}/bootstrap.zip"));
            assert!(root().join("functions").join(name).is_dir(), "{name}");
            let events = properties["Events"].as_mapping().unwrap();
            let routes: BTreeSet<String> = events
                .values()
                .map(|event| {
                    let route = &event["Properties"];
                    let say = |key: &str| route[key].as_str().unwrap();
                    format!("{} {}", say("Method"), say("Path"))
                })
                .collect();
            let expected =
                ["", "/{proxy+}"].map(|tail| format!("ANY /hooks/{name}/{{source}}{tail}"));
            assert_eq!(routes, BTreeSet::from(expected), "{name}");
        }
    });
}

#[test]
fn a_provider_reads_and_writes_its_own_and_nothing_else() {
    with_resources(|resources| {
        for provider in providers::ALL {
            let name = provider.name();
            let role = &resources[format!("{}Role", resource(name)).as_str()]["Properties"];
            assert_eq!(role["Policies"].as_sequence().unwrap().len(), 1, "{name}");
            let expected = [
                ("dynamodb:Query", "Directory.Arn"),
                ("dynamodb:PutItem", "Ledger.Arn"),
                ("sqs:SendMessage", "Events.Arn"),
            ];
            let expected = expected.map(|(actions, on)| (actions.to_owned(), on.to_owned()));
            assert_eq!(allowed(resources, name), expected, "{name}");
            let keys = |n, how| bound(resources, name, n, how);
            assert_eq!(keys(0, "ForAllValues:StringEquals"), format!("source/{name}"));
            assert_eq!(keys(1, "ForAllValues:StringLike"), format!("{name}/*"));
        }
    });
}

/// What a function may do, statement by statement: the actions, and on what.
fn allowed(resources: &Yaml<'_>, function: &str) -> Vec<(String, String)> {
    let role = &resources[format!("{}Role", resource(function)).as_str()]["Properties"];
    let statements = role["Policies"][0]["PolicyDocument"]["Statement"].as_sequence().unwrap();
    let of = |of: &Yaml<'_>| (strings(&of["Action"]).join(" "), tagged(&of["Resource"]).to_owned());
    statements.iter().map(of).collect()
}

/// The partitions to which one of those statements is bound.
fn bound(resources: &Yaml<'_>, function: &str, n: usize, how: &str) -> String {
    let role = &resources[format!("{}Role", resource(function)).as_str()]["Properties"];
    let statement = &role["Policies"][0]["PolicyDocument"]["Statement"][n];
    strings(&statement["Condition"][how]["dynamodb:LeadingKeys"]).join(" ")
}

#[test]
fn whatever_is_no_hook_is_the_operators_and_slower() {
    with_resources(|resources| {
        let events = resources["Manage"]["Properties"]["Events"].as_mapping().unwrap();
        let routes: BTreeSet<&str> =
            events.values().map(|event| event["Properties"]["Path"].as_str().unwrap()).collect();
        assert_eq!(routes, BTreeSet::from(["/", "/{proxy+}"]));
        let settings = resources["HttpApi"]["Properties"]["RouteSettings"].as_mapping().unwrap();
        assert_eq!(settings.len(), routes.len());
        for (route, limits) in settings {
            let route = route.as_str().unwrap();
            assert!(routes.contains(route.strip_prefix("ANY ").unwrap()), "{route}");
            assert_eq!(limits["ThrottlingRateLimit"].as_integer(), Some(50), "{route}");
        }
        let filter = resources["CountThrottled"]["Properties"]["FilterPattern"].as_str();
        assert_eq!(filter, Some(r#"{ ($.status = 429) && ($.route = "ANY /hooks/*") }"#));
    });
}

#[test]
fn operators_change_the_directory_and_move_deliveries_and_read_the_rest() {
    with_resources(|resources| {
        let role = &resources["ManageRole"]["Properties"]["Policies"][0]["PolicyDocument"];
        let statements = role["Statement"].as_sequence().unwrap();
        let (always, last) = statements.split_at(7);
        let of =
            |of: &Yaml<'_>| (strings(&of["Action"]).join(" "), tagged(&of["Resource"]).to_owned());
        let expected = [
            ("dynamodb:Query dynamodb:Scan", "Directory.Arn"),
            ("dynamodb:DeleteItem dynamodb:PutItem", "Directory.Arn"),
            ("dynamodb:DeleteItem dynamodb:UpdateItem", "Ledger.Arn"),
            ("dynamodb:DeleteItem dynamodb:PutItem dynamodb:UpdateItem", "Ledger.Arn"),
            ("dynamodb:GetItem dynamodb:Query", "Ledger.Arn"),
            ("dynamodb:Query", "${Ledger.Arn}/index/*"),
            ("sqs:SendMessage", "Events.Arn"),
        ];
        let expected = expected.map(|(actions, on)| (actions.to_owned(), on.to_owned()));
        assert_eq!(always.iter().map(of).collect::<Vec<_>>(), expected);
        let keys = |n, how| bound(resources, "manage", n, how);
        assert_eq!(keys(1, "ForAllValues:StringLike"), "destination source/*");
        assert_eq!(
            keys(3, "ForAllValues:StringLike"),
            "abaha/* appotapay/* casso/* sepay/* thueapi/* tingting/* destinations destination/*"
        );
        assert_eq!(keys(2, "ForAllValues:StringLike"), "drawer/*");
        // And the first client's secret, where there is one.
        let Yaml::Tagged(_, choice) = &last[0] else { panic!("{last:?}") };
        let secret = &choice[1];
        assert_eq!(choice[0].as_str(), Some("HasFirstClient"));
        let expected =
            ("secretsmanager:GetSecretValue".to_owned(), "FirstClientSecret.Id".to_owned());
        assert_eq!((of(secret), last.len()), (expected, 1));
    });
}

#[test]
fn every_function_is_in_the_template() {
    with_resources(|resources| {
        for folder in fs::read_dir(root().join("functions")).unwrap() {
            let name = folder.unwrap().file_name().into_string().unwrap();
            let code = resources[resource(&name).as_str()]["Properties"]["CodeUri"].as_str();
            assert_eq!(code, Some(format!("target/lambda/{name}/bootstrap.zip").as_str()));
        }
    });
}

#[test]
fn a_schedule_never_repeats_a_run() {
    with_resources(|resources| {
        for (function, event, rate, seconds) in [
            ("Sweep", "EveryMinute", "rate(1 minute)", 120),
            ("Reconcile", "EveryQuarter", "rate(15 minutes)", 300),
        ] {
            let properties = &resources[function]["Properties"];
            let event = &properties["Events"][event];
            assert_eq!(event["Type"].as_str(), Some("ScheduleV2"));
            assert_eq!(event["Properties"]["ScheduleExpression"].as_str(), Some(rate));
            for again in [&event["Properties"]["RetryPolicy"], &properties["EventInvokeConfig"]] {
                assert_eq!(again["MaximumRetryAttempts"].as_integer(), Some(0), "{function}");
            }
            assert_eq!(properties["Timeout"].as_integer(), Some(seconds), "{function}");
        }
    });
}

#[test]
fn the_schedules_may_do_what_they_do_and_no_more() {
    let pair = |(actions, on): (&str, &str)| (actions.to_owned(), on.to_owned());
    let asked: Vec<_> = providers::ALL.iter().filter(|p| p.api().is_some()).collect();
    let each = |before: &str, after: &str| {
        let names: Vec<_> = asked.iter().map(|p| format!("{before}{}{after}", p.name())).collect();
        names.join(" ")
    };
    with_resources(|resources| {
        let expected = [
            ("dynamodb:Query", "Directory.Arn"),
            ("dynamodb:PutItem", "Ledger.Arn"),
            ("dynamodb:GetItem dynamodb:UpdateItem", "Ledger.Arn"),
            ("sqs:SendMessage", "Events.Arn"),
        ];
        assert_eq!(allowed(resources, "reconcile"), expected.map(pair));
        let keys = |n, how| bound(resources, "reconcile", n, how);
        assert_eq!(keys(0, "ForAllValues:StringEquals"), each("source/", ""));
        assert_eq!(keys(1, "ForAllValues:StringLike"), each("", "/*") + " tingting/*");
        assert_eq!(keys(2, "ForAllValues:StringLike"), "note/*");
        let moves = "dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query \
             dynamodb:UpdateItem";
        let expected = [
            ("dynamodb:Query", "Directory.Arn"),
            ("dynamodb:Query dynamodb:Scan", "${Ledger.Arn}/index/*"),
            (moves, "Ledger.Arn"),
            ("sqs:SendMessage", "Events.Arn"),
            ("sqs:GetQueueAttributes", "DeadLetters.Arn"),
        ];
        assert_eq!(allowed(resources, "sweep"), expected.map(pair));
        let keys = bound(resources, "sweep", 0, "ForAllValues:StringLike");
        assert_eq!(keys, "destination source/*");
    });
}

#[test]
fn the_queue_waits_six_times_as_long_as_its_function_may_take() {
    with_resources(|resources| {
        let timeout = resources["Dispatch"]["Properties"]["Timeout"].as_integer().unwrap();
        let wait = resources["Events"]["Properties"]["VisibilityTimeout"].as_integer().unwrap();
        assert_eq!(wait, 6 * timeout);
        // A destination may take this long, and what came of it must still be written down.
        let longest = i64::try_from(domain::LONGEST_TIMEOUT.as_secs()).unwrap();
        assert!(timeout >= longest + 20, "{timeout}");
    });
}

#[test]
fn alarms_and_metrics_are_few_and_are_those_that_are_written() {
    let written: BTreeSet<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
    with_resources(|resources| {
        let alarms: Vec<&Yaml<'_>> = resources
            .as_mapping()
            .unwrap()
            .values()
            .filter(|resource| resource["Type"].as_str() == Some("AWS::CloudWatch::Alarm"))
            .map(|alarm| &alarm["Properties"])
            .collect();
        assert!((1..=10).contains(&alarms.len()), "{}", alarms.len());
        let ours = alarms.iter().filter(|of| tagged(&of["Namespace"]) == Metric::NAMESPACE);
        for alarm in ours {
            assert!(written.contains(alarm["MetricName"].as_str().unwrap()), "{alarm:?}");
            assert_eq!(alarm["Dimensions"][0]["Name"].as_str(), Some(Metric::DIMENSION));
        }
        // With the one that is counted from the front door's log, ten at most.
        assert!(written.len() < 10);
    });
    let shown = text();
    let shown = shown.split("\"tingting\", \"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let shown: BTreeSet<&str> = shown.collect();
    assert_eq!(shown, written, "the dashboard shows all of them");
}
