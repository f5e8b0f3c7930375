//! What tests share: memory ports, a clock in hand, the contract of every port, a simulation of the
//! whole, AWS on this machine.

pub mod aws;
pub mod clock;
pub mod contract;
pub mod desk;
pub mod faults;
pub mod memory;
pub mod provider_api;
pub mod real;
pub mod shim;
pub mod simulation;
pub mod sink;
pub mod stack;
pub mod world;
