//! The client of the request that is being handled.

use std::net::IpAddr;

tokio::task_local! {
    /// The client's address, for the task that handles a request.
    static CLIENT_ADDRESS: IpAddr;
}

/// Runs a request's future, so that the audit records that it writes have the client's address.
pub async fn with_client_address<T>(address: IpAddr, request: impl Future<Output = T>) -> T {
    CLIENT_ADDRESS.scope(address, request).await
}

/// Returns the address of the client whose request this task handles, if it does.
pub(super) fn client_address() -> Option<String> {
    CLIENT_ADDRESS
        .try_with(|address| address.to_canonical().to_string())
        .ok()
}
