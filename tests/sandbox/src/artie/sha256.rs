//! Hashes as the vendor answers them: lower-case hexadecimal.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// SHA-256 (FIPS 180-4).
pub(crate) fn sha256(message: &[u8]) -> [u8; 32] {
    Sha256::digest(message).into()
}

/// HMAC-SHA256 (RFC 2104). Keys of any length are taken.
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let Ok(mut code) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    code.update(message);
    code.finalize().into_bytes().into()
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{hex, hmac_sha256, sha256};

    /// RFC 4231, test case 2, and the empty message of FIPS 180-4.
    #[test]
    fn hashes_agree_with_the_standards() {
        assert_eq!(hex(&sha256(b"")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(
            hex(&hmac_sha256(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
