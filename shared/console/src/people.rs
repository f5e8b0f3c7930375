//! The people who sign in to the console: operators with passwords and roles, their sessions, and what
//! a page's handler takes as an argument so that it cannot forget to ask ([`SignedIn`]). Programs are
//! `access`'s.

mod cookie;
mod cross_site;
mod operator;
mod password;
mod role;
mod session;
mod signed_in;

pub use cookie::Peer;
pub(crate) use cookie::{Cookies, Jar};
pub(crate) use cross_site::{FIELD, FormToken, SIGN_IN, guarded};
pub use operator::{
    Operator, OperatorName, OperatorNameError, any, create, find, list, remove, set_password,
    set_role,
};
pub(crate) use operator::{authenticate, end_sessions, set_own_password};
pub use password::{Password, PasswordError, Passwords};
pub use role::Role;
pub(crate) use session::{Session, begin, current, end, sessions};
pub(crate) use signed_in::{Guest, SignedIn, View, by, signed_in};
