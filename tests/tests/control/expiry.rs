//! Servers that end by themselves.

use crate::scene::{DATABASES, Scene, token, until};
use jiff::Timestamp;
use serde_json::{Value, json};
use toolpress_tests::engine::Site;
use toolpress_tests::mcp::Mcp;
use toolpress_tests::on_both_engines;

on_both_engines!(
    row_142_144_security_e6_a_server_ends_at_its_moment_and_stays_ended,
    row_143_what_has_ended_is_swept_away_also_after_a_restart,
    an_ended_server_cannot_be_revived,
);

/// The clock of the node and that of the database are read apart and agree to some milliseconds.
const CLOCKS: i64 = 100;

fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// Sets the end of a server nearer than the API would.
async fn end_at(site: &Site, server: &Value, moment: i64) {
    let id = server["id"].as_str().expect("an id");
    assert_eq!(site.execute(&format!("UPDATE server SET expires_at = {moment} WHERE id = '{id}'")).await, 1);
}

async fn row_142_144_security_e6_a_server_ends_at_its_moment_and_stays_ended(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({})).await;
    let (mcp, moment) = (Mcp::of(&server), now() + 3_000);
    end_at(&site, &server, moment).await;
    let (mut good, mut gone) = (0, 0);
    // What is asked before the moment is answered, what is answered after it is refused; in between
    // either may be. Twenty refusals in a row show that it stays so.
    while gone < 20 {
        let asked = now();
        let status = mcp.call(DATABASES, json!({})).await.status;
        let answered = now();
        if status == 200 {
            good += 1;
            assert_eq!(gone, 0, "it came back");
            assert!(asked < moment + CLOCKS, "alive {} ms after its end", asked - moment);
        } else {
            gone += 1;
            assert_eq!(status, 404);
            assert!(answered > moment - CLOCKS, "gone {} ms before its end", moment - answered);
        }
    }
    assert!(good > 0, "the machine is too slow to see it alive");
    assert_eq!(scene.vendor.count(), good);
    // For the control plane it is gone too.
    scene.rest.get(&scene.path(&server)).await.refused(404);
    assert_eq!(scene.rest.get(&scene.servers()).await.ok()["result"], json!([]));
}

async fn row_143_what_has_ended_is_swept_away_also_after_a_restart(site: Site) {
    let scene = Scene::new(&site).await;
    let (ends, stays) = (scene.server(json!({})).await, scene.server(json!({})).await);
    scene.node.kill().await;
    end_at(&site, &ends, now() - 1).await;
    let node = site.node().await;
    let status =
        async |server: &Value| Mcp::new(format!("{}/mcp/{}", node.address, token(server))).status().await;
    assert_eq!(status(&ends).await, 404);
    assert_eq!(status(&stays).await, 200);
    until("it is swept away", async || site.rows("SELECT id FROM server").await.len() == 1).await;
    until("its token too", async || site.rows("SELECT server_id FROM server_token").await.len() == 1).await;
    assert_eq!((status(&ends).await, status(&stays).await), (404, 200));

    // And without a restart.
    end_at(&site, &stays, now()).await;
    until("it is swept away", async || site.rows("SELECT id FROM server").await.is_empty()).await;
    assert_eq!(status(&stays).await, 404);
}

async fn an_ended_server_cannot_be_revived(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({})).await;
    end_at(&site, &server, now() - 1).await;
    let path = scene.path(&server);
    for change in [json!({ "expires_at": null }), json!({ "expires_at": "2099-01-01T00:00:00Z" }), json!({})]
    {
        assert_eq!(scene.rest.patch(&path, change).await.refused(404)["code"], "not_found");
    }
    scene.rest.post(&format!("{path}/rotate"), json!({})).await.refused(404);
    assert_eq!(Mcp::of(&server).status().await, 404);
}
