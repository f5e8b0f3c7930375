//! A socket that listens on every address of this machine, and knows who has come. Nobody is answered.

use std::net::TcpListener;

/// The socket.
pub(crate) struct Trap {
    listener: TcpListener,
    /// Whether it listens on IPv6 too; some machines have none.
    pub(crate) six: bool,
}

impl Trap {
    pub(crate) fn set() -> Self {
        let listener = TcpListener::bind("[::]:0").or_else(|_| TcpListener::bind("0.0.0.0:0"));
        let listener = listener.unwrap();
        listener.set_nonblocking(true).unwrap();
        let six = listener.local_addr().unwrap().is_ipv6();
        Self { listener, six }
    }

    pub(crate) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    /// How many have come since it was asked last: on one machine a connection stands before its maker hears
    /// of it.
    pub(crate) fn caught(&self) -> usize {
        let mut caught = 0;
        while self.listener.accept().is_ok() {
            caught += 1;
        }
        caught
    }
}
