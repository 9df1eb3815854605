//! Credentials at rest: encrypted with a key that is not in the database.
//!
//! The key file is text, one key per line: an id and 32 bytes in base64. The first key encrypts, all of
//! them decrypt, so a key can be replaced while several nodes run. What is encrypted is bound to its
//! account, the origin it may be sent to and its name: moved anywhere else in the database, it does not
//! open. Cipher: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) with random nonces of 192 bits.

mod file;
mod rotate;

pub use file::{KeyFile, KeyFileError};
pub use rotate::{Rotated, Rotation, RotationError};

use crate::store::SealedCredential;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

const HEADER: &str = "# Toolpress: keys of stored credentials. Keep a copy; without it they are lost.";
/// Behind a key that does not encrypt yet.
const WAITS: &str = " next";
const NONCE: usize = 24;
const KEY: usize = 32;

/// What an encrypted credential is bound to.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    /// Id of the account.
    pub account: &'a str,
    /// Scheme, host and port that it may be sent to.
    pub origin: &'a str,
    /// Its documented name.
    pub name: &'a str,
}

/// The keys of one key file.
pub struct Keyring {
    keys: Vec<Key>,
}

#[derive(Clone)]
struct Key {
    id: String,
    cipher: XChaCha20Poly1305,
    text: String,
    /// It is to encrypt from the next rotation on.
    waits: bool,
}

/// Why there are no keys, or a credential does not open.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("the key file {}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The key is not in the file.
    #[error("it was encrypted with the key {0}, which is not in the key file")]
    Unknown(String),
    /// It was made for another place, or was altered.
    #[error("it does not open: it was altered, or belongs to another account or address")]
    Broken,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    NoRandomness,
}

impl Keyring {
    /// A ring with one new key, of no file.
    pub fn generate() -> Result<Self, KeyError> {
        Ok(Self { keys: vec![Key::generate()?] })
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// If it is missing, readable by others than its owner, or holds something else.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let wrong = |problem: String| KeyError::File { path: path.to_owned(), problem };
        let text = fs::read_to_string(path).map_err(|error| unusable(path, &error))?;
        private(path).map_err(wrong)?;
        let lines = text.lines().map(str::trim).enumerate();
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let keys = lines.map(|(number, line)| {
            Key::parse(line).ok_or_else(|| {
                wrong(format!("line {} is no key; a line holds an id and 32 bytes in base64", number + 1))
            })
        });
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        if keys.first().is_none_or(|key| key.waits) {
            return Err(wrong("it holds no key that encrypts".to_owned()));
        }
        Ok(Self { keys })
    }

    /// Writes a key file, readable by its owner only, unless there is one: then that stays, and this is false. The
    /// file is whole as soon as it is there, since nodes that start at the same moment read it at once.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn create(&self, path: &Path) -> Result<bool, KeyError> {
        let beside = beside(path, &format!(".{}.new", self.current()));
        let made = self.write(&beside).and_then(|()| match fs::hard_link(&beside, path) {
            // Some file systems have no links.
            Err(error) if error.kind() != ErrorKind::AlreadyExists => self.write(path),
            linked => linked.and_then(|()| sync_folder(path)),
        });
        let removed = fs::remove_file(&beside);
        match made {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            made => made.and(removed).map(|()| true).map_err(|error| unusable(path, &error)),
        }
    }

    /// Writes the file anew beside the old one and puts it in its place, so that there is one at any time.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn replace(&self, path: &Path) -> Result<(), KeyError> {
        let beside = beside(path, ".new");
        // One that was left by an attempt that broke off.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(unusable(path, &error)),
            _ => {}
        }
        let replaced = self.write(&beside).and_then(|()| {
            own_alike(path, &beside)?;
            fs::rename(&beside, path)?;
            sync_folder(path)
        });
        replaced.map_err(|error| unusable(path, &error))
    }

    /// Writes a file that must not be there yet.
    fn write(&self, path: &Path) -> std::io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mark = |key: &Key| if key.waits { WAITS } else { "" };
        let keys: String = self.keys.iter().map(|key| format!("{}{}\n", key.text, mark(key))).collect();
        let mut file = options.open(path)?;
        file.write_all(format!("{HEADER}\n{keys}").as_bytes())?;
        file.sync_all()?;
        sync_folder(path)
    }

    /// Puts a new key last: it opens what others encrypt with it, and becomes the first at the next
    /// [`rotate`](Self::rotate). A line that is waiting there already stays the one.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn prepare(&mut self) -> Result<(), KeyError> {
        if !self.keys.last().is_some_and(|key| key.waits) {
            self.keys.push(Key { waits: true, ..Key::generate()? });
        }
        Ok(())
    }

    /// Puts a new key first, the one that waits or one that is made now; the others still open what they
    /// encrypted.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn rotate(&mut self) -> Result<(), KeyError> {
        let waiting = self.keys.pop_if(|key| key.waits);
        let key = waiting.map_or_else(Key::generate, Ok)?;
        self.keys.insert(0, Key { waits: false, ..key });
        Ok(())
    }

    /// A ring with nothing but the key that encrypts.
    fn only_current(&self) -> Self {
        Self { keys: self.keys[..1].to_vec() }
    }

    /// Drops all keys but the first.
    pub fn retire(&mut self) {
        let waiting = self.keys.pop_if(|key| key.waits);
        self.keys.truncate(1);
        self.keys.extend(waiting);
    }

    /// The id of the key that encrypts.
    pub fn current(&self) -> &str {
        &self.keys[0].id
    }

    /// Encrypts a credential for one place.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn seal(&self, binding: Binding<'_>, secret: &str) -> Result<SealedCredential, KeyError> {
        let key = &self.keys[0];
        let mut sealed = vec![0; NONCE];
        getrandom::fill(&mut sealed).map_err(|_| KeyError::NoRandomness)?;
        let nonce = nonce(&sealed).ok_or(KeyError::Broken)?;
        let aad = aad(binding, &key.id);
        let payload = Payload { msg: secret.as_bytes(), aad: &aad };
        sealed.extend(key.cipher.encrypt(&nonce, payload).map_err(|_| KeyError::Broken)?);
        Ok(SealedCredential { name: binding.name.to_owned(), key_id: key.id.clone(), sealed })
    }

    /// Decrypts a credential in its place.
    ///
    /// # Errors
    /// If its key is not here, or it belongs elsewhere.
    pub fn open(&self, binding: Binding<'_>, credential: &SealedCredential) -> Result<String, KeyError> {
        let key = self.keys.iter().find(|key| key.id == credential.key_id);
        let key = key.ok_or_else(|| KeyError::Unknown(credential.key_id.clone()))?;
        let (head, body) = credential.sealed.split_at_checked(NONCE).ok_or(KeyError::Broken)?;
        let nonce = nonce(head).ok_or(KeyError::Broken)?;
        let aad = aad(binding, &key.id);
        let opened = key.cipher.decrypt(&nonce, Payload { msg: body, aad: &aad });
        String::from_utf8(opened.map_err(|_| KeyError::Broken)?).map_err(|_| KeyError::Broken)
    }
}

impl Key {
    fn generate() -> Result<Self, KeyError> {
        let mut bytes = [0; KEY];
        getrandom::fill(&mut bytes).map_err(|_| KeyError::NoRandomness)?;
        Self::new(&bytes).ok_or(KeyError::Broken)
    }

    /// The id is what one can tell of a key without learning it.
    fn new(bytes: &[u8]) -> Option<Self> {
        let digest = Sha256::new_with_prefix(b"toolpress key id").chain_update(bytes).finalize();
        let id: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let cipher = XChaCha20Poly1305::new_from_slice(bytes).ok()?;
        Some(Self { text: format!("{id} {}", STANDARD.encode(bytes)), id, cipher, waits: false })
    }

    fn parse(line: &str) -> Option<Self> {
        let (line, waits) = match line.strip_suffix(WAITS) {
            Some(line) => (line, true),
            None => (line, false),
        };
        let (id, bytes) = line.split_once(' ')?;
        let bytes = STANDARD.decode(bytes.trim()).ok().filter(|bytes| bytes.len() == KEY)?;
        Self::new(&bytes).filter(|key| key.id == id).map(|key| Self { waits, ..key })
    }
}

fn nonce(bytes: &[u8]) -> Option<XNonce> {
    XNonce::try_from(bytes).ok()
}

/// The parts are kept apart by their lengths, so that no two bindings read the same.
fn aad(binding: Binding<'_>, key: &str) -> Vec<u8> {
    let mut aad = b"toolpress credential 1".to_vec();
    for part in [binding.account, binding.origin, binding.name, key] {
        aad.extend((part.len() as u64).to_be_bytes());
        aad.extend(part.as_bytes());
    }
    aad
}

fn unusable(path: &Path, error: &std::io::Error) -> KeyError {
    KeyError::File { path: path.to_owned(), problem: error.to_string() }
}

/// A file in the same folder, whose name only goes on.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(end);
    beside.into()
}

/// The name too must be on the disk before anything is encrypted.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Gives a file to the owner of another one: whoever replaces the key may not be the one who serves.
#[cfg(unix)]
fn own_alike(path: &Path, other: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let (wanted, is) = (fs::metadata(path)?, fs::metadata(other)?);
    if (wanted.uid(), wanted.gid()) == (is.uid(), is.gid()) {
        return Ok(());
    }
    chown(other, Some(wanted.uid()), Some(wanted.gid()))
}

#[cfg(not(unix))]
fn own_alike(_: &Path, _: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn private(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).map_err(|error| error.to_string())?.permissions().mode();
    let others = 0o077;
    if mode & others == 0 {
        return Ok(());
    }
    Err(format!("others can read it (mode {:03o}); run `chmod 600` on it", mode & 0o777))
}

#[cfg(not(unix))]
fn private(_: &Path) -> Result<(), String> {
    Ok(())
}

/// Tells which keys there are, not what they are.
impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| &key.id)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Binding, KeyError, KeyFile, Keyring};

    const HERE: Binding<'_> = Binding { account: "a1", origin: "https://api.example.com", name: "api_key" };

    #[test]
    fn security_e15_e16_e17_a_credential_opens_in_its_place_only() {
        let ring = Keyring::generate().unwrap();
        let sealed = ring.seal(HERE, "s3cret").unwrap();
        assert_eq!(ring.open(HERE, &sealed).unwrap(), "s3cret");
        assert!(!sealed.sealed.windows(6).any(|window| window == b"s3cret"));
        for elsewhere in [
            Binding { account: "a2", ..HERE },
            Binding { origin: "https://evil.example", ..HERE },
            Binding { name: "password", ..HERE },
        ] {
            assert!(matches!(ring.open(elsewhere, &sealed), Err(KeyError::Broken)), "{elsewhere:?}");
        }
        let mut altered = sealed.clone();
        *altered.sealed.last_mut().unwrap() ^= 1;
        assert!(matches!(ring.open(HERE, &altered), Err(KeyError::Broken)));
        altered.sealed.truncate(10);
        assert!(matches!(ring.open(HERE, &altered), Err(KeyError::Broken)));
        let other = Keyring::generate().unwrap();
        assert!(matches!(other.open(HERE, &sealed), Err(KeyError::Unknown(_))));
    }

    #[test]
    fn a_new_key_encrypts_and_the_old_one_still_opens() {
        let mut ring = Keyring::generate().unwrap();
        let old = ring.seal(HERE, "old").unwrap();
        ring.rotate().unwrap();
        let new = ring.seal(HERE, "new").unwrap();
        assert_ne!(old.key_id, new.key_id);
        assert_eq!(ring.open(HERE, &old).unwrap(), "old");
        ring.prepare().unwrap();
        let still = ring.seal(HERE, "still").unwrap();
        assert_eq!(still.key_id, new.key_id, "what waits does not encrypt");
        ring.rotate().unwrap();
        let newest = ring.seal(HERE, "newest").unwrap();
        assert_ne!(newest.key_id, new.key_id);
        for (sealed, secret) in [(&old, "old"), (&new, "new"), (&newest, "newest")] {
            assert_eq!(ring.open(HERE, sealed).unwrap(), secret);
        }
        let new = newest;
        ring.retire();
        assert!(matches!(ring.open(HERE, &old), Err(KeyError::Unknown(_))));
        assert_eq!(ring.open(HERE, &new).unwrap(), "newest");
    }

    #[test]
    fn security_e19_a_replaced_file_holds_all_keys_and_stays_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let mut ring = Keyring::generate().unwrap();
        assert!(ring.create(&path).unwrap());
        let old = ring.seal(HERE, "old").unwrap();
        ring.prepare().unwrap();
        ring.replace(&path).unwrap();
        let mut elsewhere = Keyring::load(&path).unwrap();
        elsewhere.rotate().unwrap();
        let new = elsewhere.seal(HERE, "new").unwrap();
        assert_eq!(ring.open(HERE, &new).unwrap(), "new", "the prepared key was in the file");
        // Left by an attempt that broke off.
        std::fs::write(folder.path().join("keys.new"), "half a key").unwrap();
        elsewhere.replace(&path).unwrap();
        let read = Keyring::load(&path).unwrap();
        assert_eq!((read.open(HERE, &old).unwrap(), read.current()), ("old".to_owned(), elsewhere.current()));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    /// What nodes do that start at the same moment for the first time.
    #[test]
    fn security_g7_nodes_that_make_the_key_at_once_have_the_same() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("keys");
            let made = || KeyFile::made(&path).unwrap().current().to_owned();
            let keys: Vec<_> = std::thread::scope(|scope| {
                let nodes: Vec<_> = (0..8).map(|_| scope.spawn(made)).collect();
                nodes.into_iter().map(|node| node.join().unwrap()).collect()
            });
            assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left over");
        }
    }

    #[test]
    fn security_e18_key_files_are_private_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        assert!(Keyring::load(&path).is_err());
        let ring = Keyring::generate().unwrap();
        assert!(ring.create(&path).unwrap());
        assert!(!Keyring::generate().unwrap().create(&path).unwrap());
        assert!(ring.create(&folder.path().join("nowhere/keys")).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left over");
        let sealed = ring.seal(HERE, "x").unwrap();
        assert_eq!(Keyring::load(&path).unwrap().open(HERE, &sealed).unwrap(), "x");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            assert!(Keyring::load(&path).unwrap_err().to_string().contains("chmod 600"));
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        std::fs::write(&path, "00000000 AAAA\n").unwrap();
        let problem = Keyring::load(&path).unwrap_err().to_string();
        assert!(problem.contains("line 1") && !problem.contains("AAAA"), "{problem}");
    }
}
