//! The products we speak to: pure protocols and the table of them.
