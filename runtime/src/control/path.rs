//! Parts of a path, read so that whatever is wrong with them is answered like everything else.

use super::error::ApiError;
use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;

/// The variable parts of a path.
pub(super) struct Path<T>(pub(super) T);

impl<T, S> FromRequestParts<S> for Path<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(head: &mut Parts, state: &S) -> Result<Self, ApiError> {
        // Not every engine can be asked for a text with NUL; and nothing has such an id.
        if head.uri.path().contains("%00") {
            return Err(ApiError::nothing());
        }
        let path = axum::extract::Path::<T>::from_request_parts(head, state).await;
        path.map(|path| Self(path.0)).map_err(|_| ApiError::nothing())
    }
}
