//! Passwords, kept as Argon2id. A hash takes tens of milliseconds and 19 MiB: one at a time, on a thread
//! that is nobody else's, so that whoever guesses holds up no acknowledgement and fills no memory.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use domain::{Entropy, Port, PortError, Secret};
use tokio::sync::Semaphore;

/// OWASP's least for Argon2id: 19 MiB, two passes, one lane. A Lambda of 256 MB has room for it.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// The shortest password, in characters.
const SHORTEST: usize = 10;
/// The longest, in bytes.
const LONGEST: usize = 256;
/// So many may wait for their turn; a sign-in beyond is told to come again.
const WAITING: usize = 16;

/// What an operator proves itself by: long enough, and no longer than is hashed.
#[derive(Debug, Clone)]
pub struct Password(Secret);

/// Why a text is no password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("a password has at least {SHORTEST} characters")]
    Short,
    /// Too long.
    #[error("a password has at most {LONGEST} bytes")]
    Long,
}

impl Password {
    /// Takes a text as a password.
    pub fn parse(text: &str) -> Result<Self, PasswordError> {
        if text.len() > LONGEST {
            return Err(PasswordError::Long);
        }
        let long_enough = text.chars().count() >= SHORTEST;
        let secret = Secret::parse(text).filter(|_| long_enough);
        secret.map(Self).ok_or(PasswordError::Short)
    }

    /// A password that nobody can guess: 120 bits, in groups that can be read out.
    pub fn random(entropy: &dyn Entropy) -> Result<Self, PasswordError> {
        // Without what is taken for something else: 0 and o, 1 and l.
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let mut text = String::new();
        for group in 0..6 {
            if group > 0 {
                text.push('-');
            }
            let mut bits = entropy.next();
            for _ in 0..4 {
                let index = usize::try_from(bits % 32).unwrap_or(0);
                text.push(char::from(LETTERS[index]));
                bits /= 32;
            }
        }
        Self::parse(&text)
    }

    /// The password itself, to be shown once.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// Hashes and proves passwords, one at a time.
#[derive(Debug, Clone)]
pub struct Passwords {
    turn: Arc<Semaphore>,
    room: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turn: Arc::new(Semaphore::new(1)), room: Arc::new(Semaphore::new(WAITING)) }
    }
}

impl Passwords {
    /// The hash of a password, under a fresh salt: a PHC string.
    pub(super) async fn hash(
        &self,
        entropy: &dyn Entropy,
        password: &Password,
    ) -> Result<String, PortError> {
        let salt: Vec<u8> = (0..2).flat_map(|_| entropy.next().to_be_bytes()).collect();
        let password = password.expose().to_owned();
        let hashed = self.aside(move || {
            let hash = hasher()?.hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string()).map_err(failed)
        });
        match hashed.await? {
            Some(hashed) => hashed,
            None => Err(failed("too many passwords at once")),
        }
    }

    /// Whether a text is the password of a hash. Where there is none it takes as long, and is not.
    /// Nothing where too many wait for their turn.
    pub(super) async fn proves(
        &self,
        text: &str,
        hash: Option<String>,
    ) -> Result<Option<bool>, PortError> {
        // What is longer is no password, and is not hashed to find out.
        let text: Vec<u8> = text.bytes().take(LONGEST + 1).collect();
        let proves = self.aside(move || {
            let Some(hash) = hash else {
                let decoy = hasher()?.hash_password_with_salt(&text, b"nobody's salt at all");
                return decoy.map(|_| false).map_err(failed);
            };
            Ok(hasher()?.verify_password(&text, hash.as_str()).is_ok())
        });
        proves.await?.transpose()
    }

    /// Does this when its turn has come; nothing where too many wait.
    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>, PortError> {
        let Ok(_room) = Arc::clone(&self.room).try_acquire_owned() else { return Ok(None) };
        let turn = Arc::clone(&self.turn).acquire_owned().await.map_err(failed)?;
        // The turn goes along: a caller that has gone does not make room while its hash goes on.
        let working = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        working.await.map(Some).map_err(failed)
    }
}

fn hasher() -> Result<Argon2<'static>, PortError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> PortError {
    PortError::new(Port::Directory, error)
}
