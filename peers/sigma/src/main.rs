//! A second implementation of Sigma to compare with: rsigma, asked by a line of JSON at a time.
//!
//! sigma-peer RULES < EVENTS, where RULES is one file of all rules and an event is
//! {"logsource": {"product": …, "service": …, "category": …}, "event": {…}}. Answers first with the ids of the rules that it
//! refuses, then a line for each event, the ids of the rules that are true, sorted; with `--time ROUNDS` it answers once, with
//! how long all events took in nanoseconds; with `--correlate` events have a `time` in seconds, and answers are correlations.
use rsigma_eval::{CorrelationConfig, CorrelationEngine, Engine, JsonEvent};
use rsigma_parser::{parse_sigma_file, LogSource};
use serde_json::{json, Value};
use std::io::{self, BufRead, Write};
use std::time::Instant;

fn logsource(of: &Value) -> LogSource {
    let text = |name: &str| of.get(name).and_then(Value::as_str).map(str::to_string);
    LogSource { product: text("product"), service: text("service"), category: text("category"), ..Default::default() }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let flag = |name: &str| args.iter().position(|arg| arg == name);
    let rounds: Option<usize> = flag("--time").and_then(|at| args.get(at + 1)).and_then(|text| text.parse().ok());
    let collection = parse_sigma_file(args[1].as_ref()).expect("rules");
    for error in &collection.errors {
        eprintln!("sigma-peer: {error}");
    }
    let lines: Vec<Value> = io::stdin().lock().lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    let out = io::stdout();
    let mut out = out.lock();

    if flag("--correlate").is_some() {
        let mut engine = CorrelationEngine::new(CorrelationConfig::default());
        engine.add_collection(&collection).expect("correlations");
        for line in &lines {
            let time = line["time"].as_i64().expect("time in seconds");
            let found = engine.process_event_at(&JsonEvent::borrow(&line["event"]), time);
            let ids: Vec<Option<String>> =
                found.iter().filter(|result| result.is_correlation()).map(|result| result.header.rule_id.clone()).collect();
            writeln!(out, "{}", json!(ids)).unwrap();
        }
        return;
    }

    let mut engine = Engine::new();
    let refused: Vec<Option<String>> =
        engine.add_rules(&collection.rules).into_iter().map(|(at, _)| collection.rules[at].id.clone()).collect();
    let events: Vec<(LogSource, JsonEvent)> =
        lines.iter().map(|line| (logsource(&line["logsource"]), JsonEvent::borrow(&line["event"]))).collect();
    if let Some(rounds) = rounds {
        let mut found = 0;
        let start = Instant::now();
        for _ in 0..rounds {
            for (source, event) in &events {
                found += engine.evaluate_with_logsource(event, source).len();
            }
        }
        let nanoseconds = start.elapsed().as_nanos() as u64;
        writeln!(out, "{}", json!({"rules": engine.rule_count(), "nanoseconds": nanoseconds, "found": found})).unwrap();
        return;
    }
    writeln!(out, "{}", json!(refused)).unwrap();
    for (source, event) in &events {
        let mut ids: Vec<Option<String>> =
            engine.evaluate_with_logsource(event, source).into_iter().map(|result| result.header.rule_id).collect();
        ids.sort();
        writeln!(out, "{}", json!(ids)).unwrap();
    }
}
