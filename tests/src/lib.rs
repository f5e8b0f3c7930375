//! What tests share: memory ports, a clock in hand, the contract of every port.
