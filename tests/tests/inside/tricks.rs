//! The tricks, as data.

/// A host that is an address where none may be: how it is spelled, the address that it is, and whether it leads
/// to this very machine.
pub(crate) const HOSTS: &[(&str, &str, bool)] = &[
    // This machine, in the spellings that URLs know.
    ("127.0.0.1", "127.0.0.1", true),
    ("127.1", "127.0.0.1", true),
    ("127.0.1", "127.0.0.1", true),
    ("2130706433", "127.0.0.1", true),
    ("0177.0.0.1", "127.0.0.1", true),
    ("017700000001", "127.0.0.1", true),
    ("0x7f.1", "127.0.0.1", true),
    ("0x7f000001", "127.0.0.1", true),
    ("0x7F.0x0.0x0.0x1", "127.0.0.1", true),
    ("127.0.0.1.", "127.0.0.1", true),
    ("127.255.255.254", "127.255.255.254", true),
    ("0.0.0.0", "0.0.0.0", true),
    ("0", "0.0.0.0", true),
    // Letters that are folded into digits and dots.
    ("１２７.０.０.１", "127.0.0.1", true),
    ("①②⑦.⓪.⓪.①", "127.0.0.1", true),
    ("127。0。0。1", "127.0.0.1", true),
    ("127．0．0．1", "127.0.0.1", true),
    ("127｡0｡0｡1", "127.0.0.1", true),
    ("𝟏𝟐𝟕.𝟎.𝟎.𝟏", "127.0.0.1", true),
    ("１２７。１", "127.0.0.1", true),
    ("%31%32%37.0.0.1", "127.0.0.1", true),
    ("127.0.\u{ad}0.1", "127.0.0.1", true),
    // IPv6, and IPv4 inside it.
    ("[::1]", "::1", true),
    ("[0:0:0:0:0:0:0:1]", "::1", true),
    ("[0000:0000::0001]", "::1", true),
    ("[::]", "::", true),
    ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1", true),
    ("[::ffff:7f00:1]", "::ffff:127.0.0.1", true),
    ("[::FFFF:7F00:0001]", "::ffff:127.0.0.1", true),
    ("[::127.0.0.1]", "::7f00:1", false),
    ("[::ffff:0:127.0.0.1]", "::ffff:0:7f00:1", false),
    ("[64:ff9b::7f00:1]", "64:ff9b::7f00:1", false),
    ("[64:ff9b::127.0.0.1]", "64:ff9b::7f00:1", false),
    ("[64:ff9b:1::7f00:1]", "64:ff9b:1::7f00:1", false),
    ("[2002:7f00:1::]", "2002:7f00:1::", false),
    ("[2001::7f00:1]", "2001::7f00:1", false),
    // What the cloud says of itself.
    ("169.254.169.254", "169.254.169.254", false),
    ("2852039166", "169.254.169.254", false),
    ("0xa9fea9fe", "169.254.169.254", false),
    ("[::ffff:a9fe:a9fe]", "::ffff:169.254.169.254", false),
    ("[64:ff9b::a9fe:a9fe]", "64:ff9b::a9fe:a9fe", false),
    ("[fd00:ec2::254]", "fd00:ec2::254", false),
    ("169.254.170.2", "169.254.170.2", false),
    ("100.100.100.200", "100.100.100.200", false),
    ("192.0.0.192", "192.0.0.192", false),
    // Its network, and what is nobody's.
    ("10.0.0.1", "10.0.0.1", false),
    ("172.16.0.1", "172.16.0.1", false),
    ("172.31.255.255", "172.31.255.255", false),
    ("192.168.1.1", "192.168.1.1", false),
    ("100.64.0.1", "100.64.0.1", false),
    ("100.127.255.255", "100.127.255.255", false),
    ("0.1.2.3", "0.1.2.3", false),
    ("192.0.0.1", "192.0.0.1", false),
    ("192.0.2.1", "192.0.2.1", false),
    ("192.88.99.1", "192.88.99.1", false),
    ("198.18.0.1", "198.18.0.1", false),
    ("198.19.255.255", "198.19.255.255", false),
    ("198.51.100.1", "198.51.100.1", false),
    ("203.0.113.1", "203.0.113.1", false),
    ("224.0.0.1", "224.0.0.1", false),
    ("239.255.255.250", "239.255.255.250", false),
    ("240.0.0.1", "240.0.0.1", false),
    ("255.255.255.255", "255.255.255.255", false),
    ("[fc00::1]", "fc00::1", false),
    ("[fd00::1]", "fd00::1", false),
    ("[fe80::1]", "fe80::1", false),
    ("[fec0::1]", "fec0::1", false),
    ("[ff02::1]", "ff02::1", false),
    ("[100::1]", "100::1", false),
    ("[2001:db8::1]", "2001:db8::1", false),
    ("[3fff::1]", "3fff::1", false),
];

/// What is said of an address that may be called by https alone.
const PLAIN: &str = " (called by https on port 443 or 8443 only)";
const HERE: &str = "127.0.0.1 (in a private or special network)";

/// Whole URLs that look like others, where `PORT` is this machine's trap; and which address is refused.
pub(crate) const URLS: &[(&str, &str)] = &[
    ("http://127.0.0.1:PORT\\@example.com/", HERE),
    ("http://127.0.0.1:PORT#@example.com/", HERE),
    ("http://127.0.0.1:PORT?@example.com/", HERE),
    ("http:127.0.0.1:PORT/", HERE),
    ("http:/127.0.0.1:PORT/", HERE),
    ("http:////127.0.0.1:PORT/", HERE),
    ("http:\\\\127.0.0.1:PORT\\", HERE),
    ("HtTp://127.0.0.1:PORT/", HERE),
    ("ht\ntp://127.0.\t0.1:PORT/", HERE),
    ("  http://127.0.0.1:PORT/", HERE),
    ("https://localhost/", HERE),
    ("https://localhost./", HERE),
    ("https://LOCALHOST:8443/", HERE),
    ("https://ｌｏｃａｌｈｏｓｔ/", HERE),
    ("http://localhost:PORT/", HERE),
];

/// Hosts behind a user name that looks like another host.
pub(crate) const USERS: &[&str] = &[
    "http://example.com@127.0.0.1:PORT/",
    "http://example.com:443@127.0.0.1:PORT/",
    "http://example.com%40@127.0.0.1:PORT/",
    "http://:x@127.0.0.1:PORT/",
    "https://127.0.0.1:PORT@example.com/",
];

/// Public addresses by ways that are not open to them.
pub(crate) const UNUSUAL: &[(&str, &str, &str)] = &[
    ("http://8.8.8.8/", "8.8.8.8", PLAIN),
    ("https://8.8.8.8:22/", "8.8.8.8", PLAIN),
    ("http://[2606:4700::1111]:443/", "2606:4700::1111", PLAIN),
];

/// What is no URL of a webhook's at all.
pub(crate) const NONE: &[&str] = &[
    "//127.0.0.1:PORT/",
    "127.0.0.1:PORT",
    "/etc/passwd",
    "http://[::1%25lo]:PORT/",
    "http://[::1%lo]:PORT/",
    "http://127.0.0.256:PORT/",
    "http://127.0.0.0x100:PORT/",
    "http://:PORT/",
    "http://",
    "file:///etc/passwd",
    "gopher://127.0.0.1:PORT/_x",
    "unix:/var/run/docker.sock",
    "data:text/plain,x",
    "jar:http://127.0.0.1:PORT!/",
];
