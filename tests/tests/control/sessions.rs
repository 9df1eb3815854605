//! Sessions of the page: how they begin, what they allow, how they end.

use crate::scene::Scene;
use reqwest::Method;
use serde_json::{Value, json};
use toolpress_tests::engine::{ADMIN_KEY, Site};
use toolpress_tests::on_both_engines;
use toolpress_tests::rest::{Answer, Rest, send};

on_both_engines!(
    security_f9_a_session_begins_anew_and_ends_on_the_server,
    security_f9_wrong_keys_are_slowed_down_and_the_right_one_is_not,
);

async fn log_in(rest: &Rest, cookie: Option<&str>) -> Answer {
    let mut request = rest.request(Method::POST, "/session").json(&json!({ "admin_key": ADMIN_KEY }));
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    send(request).await
}

fn cookie(answer: &Answer) -> String {
    let set = answer.headers["set-cookie"].to_str().expect("a text");
    set.split(';').next().expect("a pair").to_owned()
}

async fn with_cookie(rest: &Rest, method: Method, path: &str, cookie: &str, csrf: Option<&str>) -> Answer {
    let mut request = rest.request(method, path).header("cookie", cookie);
    if let Some(csrf) = csrf {
        request = request.header("x-csrf-token", csrf);
    }
    send(request.json(&json!({}))).await
}

async fn security_f9_a_session_begins_anew_and_ends_on_the_server(site: Site) {
    let scene = Scene::new(&site).await;
    let rest = scene.rest.without_key();
    let first = log_in(&rest, None).await;
    let set = first.headers["set-cookie"].to_str().expect("a text").to_owned();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.contains("Path=/"), "{set}");
    assert!(!first.text.contains(ADMIN_KEY) && !set.contains(ADMIN_KEY));
    let chosen = "toolpress_session=tps_chosen-by-somebody-else";
    let second = log_in(&rest, Some(chosen)).await;
    let third = log_in(&rest, Some(&cookie(&first))).await;
    let cookies = [cookie(&first), cookie(&second), cookie(&third)];
    assert!(cookies[0] != cookies[1] && cookies[1] != cookies[2] && cookies[0] != cookies[2]);
    assert_eq!(with_cookie(&rest, Method::GET, "/integrated-account", chosen, None).await.status, 401);

    // Reading takes the cookie; changing takes the page's own token too, that of the same session.
    let csrf = |answer: &Answer| answer.body["csrf_token"].as_str().expect("a token").to_owned();
    assert_eq!(with_cookie(&rest, Method::GET, "/integrated-account", &cookies[0], None).await.status, 200);
    let servers = scene.servers();
    for wrong in [None, Some(""), Some("wrong"), Some(&*csrf(&second))] {
        let answer = with_cookie(&rest, Method::POST, &servers, &cookies[0], wrong).await;
        assert_eq!(answer.refused(403)["code"], "forbidden");
    }
    let made = with_cookie(&rest, Method::POST, &servers, &cookies[0], Some(&csrf(&first))).await;
    assert_eq!(made.created()["created_by"], "page");

    // Logged out means ended on the server, not only forgotten by the browser.
    let out = with_cookie(&rest, Method::DELETE, "/session", &cookies[0], Some(&csrf(&first))).await;
    assert_eq!(out.status, 204);
    assert_eq!(with_cookie(&rest, Method::GET, "/integrated-account", &cookies[0], None).await.status, 401);
    assert_eq!(with_cookie(&rest, Method::GET, "/integrated-account", &cookies[1], None).await.status, 200);
    site.execute("UPDATE session SET expires_at = 1").await;
    assert_eq!(with_cookie(&rest, Method::GET, "/integrated-account", &cookies[1], None).await.status, 401);
    let stored = site.rows("SELECT hash FROM session").await;
    let hash: Vec<u8> = sqlx::Row::try_get(&stored[0], 0).expect("bytes");
    assert_eq!(hash.len(), 32, "not the session itself");
}

async fn security_f9_wrong_keys_are_slowed_down_and_the_right_one_is_not(site: Site) {
    let node = site.node().await;
    let rest = node.rest().without_key();
    let mut answers = Vec::new();
    for number in 0..40 {
        let guess = json!({ "admin_key": format!("guess {number} of the admin key") });
        answers.push(rest.post("/session", guess).await);
    }
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses[0], 401);
    let turned_away = answers.iter().find(|answer| answer.status == 429).expect("a limit");
    let wait: Value = turned_away.headers["retry-after"].to_str().expect("a text").parse().expect("a number");
    assert!((1..=60).contains(&wait.as_u64().expect("seconds")), "{wait}");
    assert_eq!(log_in(&rest, None).await.status, 200, "whoever knows the key is let in");
}
