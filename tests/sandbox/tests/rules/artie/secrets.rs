//! Salts, encryption keys and ingestion keys: rule 116.

use serde_json::{Value, json};

use super::support::{Bench, NOBODY, done, refused};

#[tokio::test]
async fn rule_116_salts_are_shown_on_creation_and_to_admins() {
    let bench = Bench::empty();
    let (status, made) =
        bench.post("/column-hashing-salts", json!({"name": "pii", "description": "names"})).await;
    assert_eq!(status, 200);
    let salt = made["salt"].as_str().expect("a salt");
    assert!(salt.len() >= 32 && made["columnHashingSalt"].get("salt").is_none());
    let path =
        format!("/column-hashing-salts/{}", made["columnHashingSalt"]["uuid"].as_str().expect("a uuid"));
    assert_eq!(bench.get("/column-hashing-salts").await.1, json!({"items": [made["columnHashingSalt"]]}));
    assert_eq!(bench.get(&path).await.1["salt"], salt);
    bench.simulated.set_admin(false);
    assert_eq!(bench.get(&path).await.0, 403);
    bench.simulated.set_admin(true);
    let (_, renamed) = bench.post(&path, json!({"name": "pii 2026", "salt": "ignored"})).await;
    assert_eq!((&renamed["name"], &renamed["description"]), (&json!("pii 2026"), &json!("names")));
    assert_eq!(bench.get(&path).await.1["salt"], salt);
    assert_eq!(bench.post(&path, json!({})).await, refused(400, "name is required"));
    assert_eq!(bench.post("/column-hashing-salts", json!({})).await, refused(400, "name is required"));
    assert_eq!(bench.delete(&path).await, done());
    assert_eq!(bench.get(&path).await.0, 404);
}

#[tokio::test]
async fn rule_116_previews_are_hmacs_or_plain_hashes() {
    let bench = Bench::empty();
    let preview = async |salt: Value, value: &str| {
        let (_, made) = bench.post("/column-hashing-salts", json!({"name": "s", "salt": salt})).await;
        let uuid = made["columnHashingSalt"]["uuid"].as_str().expect("a uuid").to_owned();
        bench.post(&format!("/column-hashing-salts/{uuid}/preview"), json!({"value": value})).await
    };
    // RFC 4231, test case 2, and the standard's hash of abc.
    let hash = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(preview(json!("Jefe"), "what do ya want for nothing?").await, (200, json!({"hash": hash})));
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(preview(json!(""), "abc").await, (200, json!({"hash": hash})));
    assert_ne!(preview(Value::Null, "abc").await.1["hash"], hash);
    let path = format!("/column-hashing-salts/{NOBODY}/preview");
    assert_eq!(bench.post(&path, json!({"value": "x"})).await.0, 404);
}

#[tokio::test]
async fn rule_116_keys_are_shown_on_creation_and_to_admins() {
    let bench = Bench::empty();
    let (_, made) = bench.post("/encryption-keys", json!({"name": "card data"})).await;
    let (key, shown) = (made["key"].as_str().expect("a key"), &made["encryptionKey"]);
    assert_eq!((&shown["type"], shown.get("key")), (&json!("passphrase"), None));
    let path = format!("/encryption-keys/{}", shown["uuid"].as_str().expect("a uuid"));
    assert_eq!(bench.get(&path).await.1["key"], key);
    bench.simulated.set_admin(false);
    assert_eq!(bench.get(&path).await.0, 403);
    assert_eq!(bench.get("/encryption-keys").await.1["items"][0].get("key"), None);
    bench.simulated.set_admin(true);
    assert_eq!(bench.post(&path, json!({"name": "renamed"})).await.1["name"], "renamed");
    let (_, made) = bench.post("/encryption-keys", json!({"name": "kms", "kmsKeyUUID": NOBODY})).await;
    assert_eq!(made["encryptionKey"]["type"], "kms");
    assert_eq!(bench.post("/encryption-keys", json!({"name": "x", "kmsKeyUUID": "arn"})).await.0, 400);
    assert_eq!(bench.delete(&path).await, done());
}

#[tokio::test]
async fn rule_116_ingestion_keys_are_shown_once() {
    let bench = Bench::empty();
    let connector = bench.made("/connectors", json!({"type": "api", "label": "events"})).await;
    let reader = bench.made("/source-readers", json!({"connectorUUID": connector})).await;
    let body = json!({"sourceReaderUUID": reader, "name": "webshop"});
    let (status, made) = bench.post("/ingestion-api-keys", body).await;
    assert_eq!(status, 200);
    let (secret, key) = (made["secret"].as_str().expect("a secret"), &made["ingestionAPIKey"]);
    assert!(key["last4"].as_str().is_some_and(|last| last.len() == 4 && secret.ends_with(last)));
    let path = format!("/ingestion-api-keys/{}", key["uuid"].as_str().expect("a uuid"));
    let until = json!({"expiresAt": "2027-01-31T00:00:00Z"});
    let (_, changed) = bench.post(&path, until.clone()).await;
    assert_eq!((&changed["expiresAt"], &changed["name"]), (&until["expiresAt"], &json!("webshop")));
    assert!(changed.get("secret").is_none());
    assert_eq!(bench.post(&path, json!({"name": "shop"})).await.1["expiresAt"], until["expiresAt"]);
    assert_eq!(bench.post(&path, json!({"expiresAt": null})).await.1["expiresAt"], Value::Null);
    assert_eq!(bench.post(&path, json!({"expiresAt": "tomorrow"})).await.0, 400);
    assert_eq!(bench.get(&path).await.0, 405);
    assert_eq!(bench.delete(&path).await, done());
    assert_eq!(bench.delete(&path).await.0, 404);
    // Other readers take no data by API.
    let (bench, built) = Bench::built().await;
    let refusal = refused(400, "the source reader does not take data by API");
    assert_eq!(bench.post("/ingestion-api-keys", json!({"sourceReaderUUID": built.reader})).await, refusal);
    assert_eq!(bench.post("/ingestion-api-keys", json!({})).await.0, 400);
}
