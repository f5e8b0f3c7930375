//! The words of a part of the console, in both languages side by side: the sections of the console, as every page links them.

use super::words;

words! {
    /// The sections of the console, as every page links them.
    Nav {}
    overview: "Tổng quan", "Overview";
    events: "Sự kiện", "Events";
    destinations: "Nơi nhận", "Destinations";
    sources: "Nguồn", "Sources";
    people: "Người dùng", "People";
    changes: "Thay đổi", "Changes";
    api: "API", "API";
}
