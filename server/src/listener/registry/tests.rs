use crate::listener::connection::Close;
use crate::listener::registry::*;
use std::task::Waker;

fn registry(change: impl FnOnce(&mut ConnectionLimits)) -> Arc<Registry> {
    let mut limits = ConnectionLimits {
        max_connections: 8,
        max_connections_per_address: 3,
        ..ConnectionLimits::default()
    };
    change(&mut limits);
    Arc::new(Registry::new(limits))
}

fn peer(address: &str) -> SocketAddr {
    SocketAddr::new(address.parse().unwrap(), 40_000)
}

fn is_closed(connection: &Connection) -> bool {
    connection.poll_close(Waker::noop()) == Some(Close::Now)
}

/// Opens a connection with a request in progress.
fn busy(registry: &Arc<Registry>, address: &str) -> Arc<Connection> {
    let connection = registry.open(peer(address)).unwrap();
    connection.count_request();
    connection
}

/// Opens a connection whose request is complete.
fn idle(registry: &Arc<Registry>, address: &str) -> Arc<Connection> {
    let connection = busy(registry, address);
    connection.end_request();
    connection
}

/// Uses up the limit for unknown addresses with connections that can't be closed.
fn fill(registry: &Arc<Registry>) -> Vec<Arc<Connection>> {
    (1..=6)
        .map(|number| busy(registry, &format!("203.0.113.{number}")))
        .collect()
}

#[tokio::test]
async fn address_at_its_limit_evicts_oldest_unfinished_head_then_oldest_idle_connection() {
    let registry = registry(|_| {});
    let idle_one = idle(&registry, "192.0.2.1");
    let unfinished = registry.open(peer("192.0.2.1")).unwrap();
    let other = registry.open(peer("192.0.2.2")).unwrap();
    let working = busy(&registry, "192.0.2.1");
    let next = busy(&registry, "192.0.2.1");
    assert!(is_closed(&unfinished) && !is_closed(&idle_one));
    busy(&registry, "192.0.2.1");
    assert!(is_closed(&idle_one));
    assert_eq!(registry.open(peer("192.0.2.1")).unwrap_err(), ConnectionLimitError);
    assert!(!is_closed(&working) && !is_closed(&next) && !is_closed(&other));
    next.closed();
    assert!(registry.open(peer("192.0.2.1")).is_ok());
}

#[tokio::test]
async fn ipv6_addresses_are_counted_by_network() {
    let registry = registry(|_| {});
    for host in 1..=3 {
        busy(&registry, &format!("2001:db8:0:1::{host}"));
    }
    assert!(registry.open(peer("2001:db8:0:1:ffff::1")).is_err());
    assert!(registry.open(peer("2001:db8:0:2::1")).is_ok());
    for _ in 0..3 {
        busy(&registry, "::ffff:192.0.2.1");
    }
    assert!(registry.open(peer("192.0.2.1")).is_err());
}

#[tokio::test]
async fn unknown_addresses_cannot_use_connections_reserved_for_known_addresses() {
    let registry = registry(|_| {});
    registry.mark_known("192.0.2.1".parse().unwrap());
    let _unknown = fill(&registry);
    assert!(registry.open(peer("203.0.113.99")).is_err());
    let first = registry.open(peer("192.0.2.1")).unwrap();
    // An unknown address does not evict it, although it has not sent a request head.
    assert!(registry.open(peer("203.0.113.99")).is_err());
    assert!(!is_closed(&first));
    busy(&registry, "192.0.2.1");
    let third = registry.open(peer("192.0.2.1")).unwrap();
    assert!(is_closed(&first) && !is_closed(&third));
}

#[tokio::test]
async fn full_registry_evicts_oldest_unfinished_head_of_an_unknown_address_first() {
    let registry = registry(|_| {});
    registry.mark_known("192.0.2.1".parse().unwrap());
    let of_known = registry.open(peer("192.0.2.1")).unwrap();
    let oldest = registry.open(peer("203.0.113.1")).unwrap();
    let younger = registry.open(peer("203.0.113.2")).unwrap();
    for number in 3..=6 {
        busy(&registry, &format!("203.0.113.{number}"));
    }
    assert!(registry.open(peer("203.0.113.7")).is_ok());
    assert!(is_closed(&oldest) && !is_closed(&younger) && !is_closed(&of_known));
}

#[tokio::test]
async fn authenticated_connections_do_not_count_for_their_address() {
    let registry = registry(|limits| limits.max_connections = 100);
    for _ in 0..50 {
        busy(&registry, "192.0.2.1").mark_authenticated();
    }
    for _ in 0..3 {
        busy(&registry, "192.0.2.1");
    }
    assert!(registry.open(peer("192.0.2.1")).is_err());
}

#[tokio::test]
async fn trusted_proxy_is_limited_in_total_and_its_clients_by_requests() {
    let registry = registry(|limits| limits.trusted_proxies = "10.0.0.1".parse().unwrap());
    for _ in 0..8 {
        busy(&registry, "10.0.0.1");
    }
    assert!(registry.open(peer("10.0.0.1")).is_err());

    let client: IpAddr = "203.0.113.1".parse().unwrap();
    let slots: Vec<ForwardedSlot> = (0..3).map(|_| registry.open_forwarded(client).unwrap()).collect();
    assert!(registry.open_forwarded(client).is_err());
    let others = ["203.0.113.2", "203.0.113.3", "203.0.113.4"];
    for other in others {
        assert!(registry.open_forwarded(other.parse().unwrap()).is_ok());
    }
    // Six requests of unknown addresses are three quarters of eight.
    assert!(registry.open_forwarded("203.0.113.5".parse().unwrap()).is_err());
    registry.mark_known("203.0.113.5".parse().unwrap());
    assert!(registry.open_forwarded("203.0.113.5".parse().unwrap()).is_ok());
    registry.close_forwarded(slots[0]);
    assert!(registry.open_forwarded(client).is_ok());
}

#[tokio::test]
async fn memory_is_reserved_for_the_newest_head_and_released() {
    let registry = registry(|limits| {
        limits.max_unauthenticated_bytes = 64 * 1024;
        limits.max_connections_per_address = 100;
    });
    let first = registry.open(peer("203.0.113.1")).unwrap();
    let second = registry.open(peer("203.0.113.2")).unwrap();
    assert!(first.count_read(40 * 1024));
    assert!(second.count_read(24 * 1024));
    assert_eq!(registry.reserved_bytes(), 64 * 1024);
    let third = registry.open(peer("203.0.113.3")).unwrap();
    assert!(third.count_read(1));
    assert!(is_closed(&first) && !is_closed(&second));
    assert_eq!(registry.reserved_bytes(), 32 * 1024);
    second.count_request();
    second.end_request();
    assert_eq!(registry.reserved_bytes(), 16 * 1024, "one buffer each");
    third.mark_authenticated();
    assert!(third.count_read(40 * 1024));
    assert_eq!(registry.reserved_bytes(), 8 * 1024);
    for connection in [&first, &second, &third] {
        connection.closed();
    }
    assert_eq!(registry.reserved_bytes(), 0);
    assert!(registry.lock().all.is_empty() && registry.lock().by_address.is_empty());
}

#[tokio::test]
async fn reservation_without_evictable_head_is_rejected() {
    let registry = registry(|limits| limits.max_unauthenticated_bytes = 16 * 1024);
    let working = registry.open(peer("203.0.113.1")).unwrap();
    assert!(working.count_read(16 * 1024));
    working.count_request();
    let other = registry.open(peer("203.0.113.2")).unwrap();
    other.count_request();
    assert!(!registry.reserve(1));
    working.closed();
    assert!(registry.reserve(1));
}
