//! Answers that come late: a stream of server-sent events with signs of life, then the result.

use super::call::Call;
use super::jsonrpc::{Id, answer};
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// A comment; keeps proxies and clients from giving up.
const SIGN_OF_LIFE: &[u8] = b": keep-alive\n\n";

/// The body of an answer whose call still runs. Dropping it, as happens when the client goes away,
/// aborts the call.
pub(crate) fn body(call: Call, id: Id, every: Duration) -> Body {
    let mut ticks = interval(every.max(Duration::from_millis(1)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let events = stream::unfold(Some((call, id, ticks)), |waiting| async {
        let (mut call, id, mut ticks) = waiting?;
        // The first tick is due at once, since the client has waited already.
        Some(tokio::select! {
            finished = &mut call => (Ok(event(&answer(&id, &finished.result))), None),
            _ = ticks.tick() => {
                let sign = call.progress().map_or(Bytes::from_static(SIGN_OF_LIFE), |note| event(&note));
                (Ok::<_, Infallible>(sign), Some((call, id, ticks)))
            }
        })
    });
    Body::from_stream(events)
}

/// One event. JSON of ours has no line breaks, so one `data` line holds it.
fn event(message: &[u8]) -> Bytes {
    [b"event: message\ndata: ", message, b"\n\n"].concat().into()
}
