//! The plot: from the CSV files that are there, one column each, to one SVG. Its background is the
//! page's, and its colours can be read on a light and on a dark one.

#![expect(clippy::float_arithmetic, reason = "a picture is drawn in floating point")]

use std::fs;
use std::ops::Range;
use std::path::Path;

use plotters::prelude::*;

use testkit::real::Anything;

/// Readable on white and on black.
const INK: RGBColor = RGBColor(125, 133, 144);
const BLUE: RGBColor = RGBColor(47, 129, 247);
const ORANGE: RGBColor = RGBColor(219, 109, 40);
/// As the library counts: a fifth less in the picture.
const TEXT: u32 = 16;
const HEADING: u32 = 22;
const SIZE: (u32, u32) = (1_000, 920);

/// The runs: file and heading.
const RUNS: &[(&str, &str)] = &[("steady", "one machine, SQLite"), ("aws", "functions, AWS local")];

/// A curve: a column of the file, what its numbers are divided by, and what it is called.
type Curve = (usize, f64, &'static str, RGBColor);

/// The charts of a run, one below the other: what is drawn, in which unit.
const CHARTS: &[(&str, &[Curve])] = &[
    ("per second", &[(1, 1.0, "acknowledged", BLUE), (2, 1.0, "delivered", ORANGE)]),
    ("ms to acknowledge", &[(4, 1_000.0, "p50", BLUE), (5, 1_000.0, "p99", ORANGE)]),
    ("events not delivered", &[(3, 1.0, "backlog", ORANGE)]),
    ("MiB", &[(7, 1_024.0, "resident", BLUE)]),
];

/// Draws what is in a folder.
pub(crate) fn draw(folder: &Path, into: &Path) -> Result<(), Anything> {
    let mut runs = Vec::new();
    for (file, heading) in RUNS {
        if let Ok(text) = fs::read_to_string(folder.join(file).with_extension("csv")) {
            runs.push((*heading, rows(&text)));
        }
    }
    let root = SVGBackend::new(into, SIZE).into_drawing_area();
    let columns = root.split_evenly((1, runs.len().max(1)));
    for ((heading, rows), column) in runs.iter().zip(&columns) {
        let column = column.titled(heading, ("sans-serif", HEADING).into_font().color(&INK))?;
        let cells = column.split_evenly((CHARTS.len(), 1));
        for ((unit, curves), cell) in CHARTS.iter().zip(&cells) {
            chart(cell, unit, curves, rows)?;
        }
    }
    root.present()?;
    Ok(())
}

fn chart(
    cell: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    unit: &str,
    curves: &[Curve],
    rows: &[Vec<f64>],
) -> Result<(), Anything> {
    let mut chart = ChartBuilder::on(cell)
        .margin(8)
        .margin_right(24)
        .x_label_area_size(28)
        .y_label_area_size(72)
        .build_cartesian_2d(0.0..rows.len().to_string().parse()?, heights(curves, rows))?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(7)
        .y_labels(4)
        .x_label_formatter(&|x| format!("{x:.0} s"))
        .y_label_formatter(&|y| format!("{y}"))
        .axis_style(INK)
        .bold_line_style(INK.mix(0.25))
        .light_line_style(TRANSPARENT)
        .label_style(("sans-serif", TEXT, &INK))
        .y_desc(unit)
        .axis_desc_style(("sans-serif", TEXT, &INK))
        .draw()?;
    for (column, by, name, colour) in curves {
        let points = rows.iter().filter_map(|row| Some((*row.first()?, row.get(*column)? / by)));
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(1)))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 14, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .label_font(("sans-serif", TEXT, &INK))
        .draw()?;
    Ok(())
}

/// From nothing to a little above the highest.
fn heights(curves: &[Curve], rows: &[Vec<f64>]) -> Range<f64> {
    let of = |(column, by, ..): &Curve| {
        rows.iter().filter_map(|row| row.get(*column)).fold(0.0, |most: f64, y| most.max(y / by))
    };
    0.0..curves.iter().map(of).fold(1.0, f64::max) * 1.3
}

/// The numbers of a file, without its heading.
fn rows(text: &str) -> Vec<Vec<f64>> {
    let numbers = |line: &str| line.split(',').filter_map(|cell| cell.parse().ok()).collect();
    text.lines().skip(1).map(numbers).collect()
}
