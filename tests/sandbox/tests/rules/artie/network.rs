//! SSH tunnels and `PrivateLink` connections: rules 112–114.

use serde_json::{Value, json};

use super::support::{Bench, done, merged, payload, pg, refused};

const SERVICE: &str = "com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f67890";
const OTHER: &str = "com.amazonaws.vpce.eu-west-1.vpce-svc-1111111111111111";

async fn tunnel(bench: &Bench) -> String {
    let body = json!({"name": "bastion", "host": "bastion.test", "port": 22, "username": "artie"});
    bench.made("/ssh-tunnels", body).await
}

#[tokio::test]
async fn rule_112_tunnels_in_use_stay() {
    let bench = Bench::empty();
    let tunnel = tunnel(&bench).await;
    let path = format!("/ssh-tunnels/{tunnel}");
    let (_, shown) = bench.get(&path).await;
    assert_eq!(shown["isInUse"], false);
    assert!(
        shown["publicKey"].as_str().is_some_and(|key| key.starts_with("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5"))
    );
    let connector = bench.made("/connectors", merged(pg(), json!({"sshTunnelUUID": tunnel}))).await;
    assert_eq!(bench.get(&path).await.1["isInUse"], true);
    assert_eq!(bench.delete(&path).await, refused(400, "the SSH tunnel is used by connector \"source\""));
    bench.delete(&format!("/connectors/{connector}")).await;
    assert_eq!(bench.delete(&path).await, done());
    assert_eq!(bench.get(&path).await.0, 404);
    for body in
        [json!({}), json!({"host": "h", "port": 0, "username": "u"}), json!({"host": "h", "port": 22})]
    {
        assert_eq!(bench.post("/ssh-tunnels", body).await.0, 400);
    }
}

#[tokio::test]
async fn rule_113_a_changed_tunnel_has_to_be_deployed() {
    let (bench, built) = Bench::streaming().await;
    let tunnel = tunnel(&bench).await;
    let connector = format!("/connectors/{}", built.source);
    bench.post(&connector, merged(pg(), json!({"sshTunnelUUID": tunnel}))).await;
    bench.act(&built.pipeline, "start", json!({})).await;
    bench.pass(8);
    let undeployed = async || bench.pipeline(&built.pipeline).await.1["hasUndeployedChanges"].clone();
    assert_eq!(undeployed().await, false);
    let path = format!("/ssh-tunnels/{tunnel}");
    let (_, shown) = bench.get(&path).await;
    let other_key = merged(shown.clone(), json!({"publicKey": "ssh-ed25519 other"}));
    let refusal = refused(400, "only name, host, port and username can be changed");
    assert_eq!(bench.post(&path, other_key).await, refusal);
    for name in ["uuid", "companyUUID", "environmentUUID", "name", "host", "port", "publicKey", "username"] {
        let partial = merged(shown.clone(), json!({name: null}));
        assert_eq!(bench.post(&path, partial).await, refused(400, &format!("{name} is required")));
    }
    assert_eq!(undeployed().await, false);
    let (status, changed) = bench.post(&path, merged(shown, json!({"host": "bastion-2.test"}))).await;
    assert_eq!((status, &changed["host"]), (200, &json!("bastion-2.test")));
    assert_eq!(undeployed().await, true);
}

#[tokio::test]
async fn rule_114_links_change_only_under_review_or_after_an_error() {
    let bench = Bench::empty();
    let body = |name: &str, service: &str| json!({"name": name, "vpcServiceName": service, "availabilityZoneIds": ["use1-az1"]});
    let (status, link) = bench.post("/privatelink-connections", body("link", SERVICE)).await;
    assert_eq!((status, &link["status"], &link["region"]), (200, &json!("pending"), &json!("us-east-1")));
    let uuid = link["uuid"].as_str().expect("a uuid");
    let path = format!("/privatelink-connections/{uuid}");
    let update = async |name: &str, service: &str| bench.post(&path, body(name, service)).await;
    assert_eq!(update("link", OTHER).await.1["region"], "eu-west-1");
    assert_eq!(update("link", SERVICE).await.0, 200);
    bench.pass(600);
    assert_eq!(bench.get(&path).await.1["status"], "provisioning");
    let refusal = "the configuration cannot be changed while the connection is";
    assert_eq!(update("link", OTHER).await, refused(400, &format!("{refusal} provisioning")));
    bench.pass(300);
    let (_, live) = bench.get(&path).await;
    assert_eq!((&live["status"], &live["approvedAt"]), (&json!("available"), &json!("2026-11-20T09:10:00Z")));
    assert!(live["dnsEntry"].as_str().is_some_and(|entry| entry.ends_with(".vpce.amazonaws.com")));
    assert_eq!(update("link", OTHER).await, refused(400, &format!("{refusal} available")));
    // The name may change at any time.
    assert_eq!(update("renamed", SERVICE).await.1["name"], "renamed");
    bench.simulated.set_link_status(uuid, "errored");
    assert_ne!(bench.get(&path).await.1["provisioningError"], "");
    assert_eq!(update("renamed", OTHER).await.1["status"], "pending");
}

#[tokio::test]
async fn rule_114_links_need_a_service_and_zones() {
    let bench = Bench::empty();
    let whole = json!({"name": "link", "vpcServiceName": SERVICE, "availabilityZoneIds": ["use1-az1"]});
    for with in [
        json!({"vpcServiceName": null}),
        json!({"vpcServiceName": "vpce-svc-1"}),
        json!({"availabilityZoneIds": null}),
        json!({"availabilityZoneIds": []}),
        json!({"availabilityZoneIds": "use1-az1"}),
    ] {
        assert_eq!(bench.post("/privatelink-connections", merged(whole.clone(), with)).await.0, 400);
    }
    let link = bench.made("/privatelink-connections", whole.clone()).await;
    let path = format!("/privatelink-connections/{link}");
    for name in ["name", "vpcServiceName", "availabilityZoneIds"] {
        assert_eq!(bench.post(&path, merged(whole.clone(), json!({name: null}))).await.0, 400);
    }
    let connector = merged(pg(), json!({"privateLinkUUID": link}));
    let connector = bench.made("/connectors", connector).await;
    assert_eq!(bench.delete(&path).await.0, 400);
    bench.delete(&format!("/connectors/{connector}")).await;
    assert_eq!(bench.delete(&path).await, done());
}

#[tokio::test]
async fn salts_and_keys_of_pipelines_stay() {
    let (bench, built) = Bench::built().await;
    let (_, salt) = bench.post("/column-hashing-salts", json!({"name": "pii"})).await;
    let (_, key) = bench.post("/encryption-keys", json!({"name": "cards"})).await;
    let uuid = |made: &Value, name: &str| made[name]["uuid"].as_str().expect("a uuid").to_owned();
    let (salt, key) = (uuid(&salt, "columnHashingSalt"), uuid(&key, "encryptionKey"));
    let with = json!({"columnHashingSaltUUID": salt, "encryptionKeyUUID": key});
    let body = json!({"pipeline": payload(&built, with)});
    assert_eq!(bench.post(&format!("/pipelines/{}", built.pipeline), body).await.0, 200);
    assert_eq!(bench.delete(&format!("/column-hashing-salts/{salt}")).await.0, 400);
    assert_eq!(bench.delete(&format!("/encryption-keys/{key}")).await.0, 400);
    bench.delete(&format!("/pipelines/{}", built.pipeline)).await;
    assert_eq!(bench.delete(&format!("/column-hashing-salts/{salt}")).await, done());
    assert_eq!(bench.delete(&format!("/encryption-keys/{key}")).await, done());
}
