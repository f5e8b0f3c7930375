//! Upgrades.
