use crate::http::rate_limit::*;
use governor::clock::FakeRelativeClock;
use std::time::Duration;

fn limiter(per_second: u32, clock: &FakeRelativeClock) -> Limiter<u64, FakeRelativeClock> {
    Limiter::new("credential", NonZeroU32::new(per_second).unwrap(), clock.clone())
}

fn headers(standing: Standing) -> (String, String) {
    let mut headers = HeaderMap::new();
    standing.describe(&mut headers);
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    (text("RateLimit-Policy"), text("RateLimit"))
}

#[test]
fn ten_seconds_worth_may_come_at_once_and_is_told() {
    let clock = FakeRelativeClock::default();
    let limiter = limiter(2, &clock);
    for left in (0..20).rev() {
        let told = headers(limiter.count(&7).unwrap());
        assert_eq!(
            told,
            (
                r#""credential";q=20;w=10"#.to_owned(),
                format!(r#""credential";r={left};t=1"#)
            )
        );
    }
    let reached = limiter.count(&7).unwrap_err();
    assert_eq!(reached.retry_after, 1);
    assert_eq!(headers(reached.standing).1, r#""credential";r=0;t=1"#);
    assert!(limiter.count(&8).is_ok(), "another key has its own count");

    clock.advance(Duration::from_millis(501));
    assert!(limiter.count(&7).is_ok());
    assert!(limiter.count(&7).is_err());
}

#[test]
fn who_was_turned_away_is_shut_out_until_the_next_is_due() {
    let clock = FakeRelativeClock::default();
    let limiter = limiter(1, &clock);
    assert!(limiter.known(&1).is_none());
    for _ in 0..10 {
        assert!(limiter.count(&1).is_ok());
    }
    let bucket = limiter.known(&1).unwrap();
    assert!(limiter.check(&bucket).is_ok(), "nobody was turned away yet");
    assert!(limiter.count(&1).is_err());
    assert!(limiter.check(&bucket).is_err());
    clock.advance(Duration::from_millis(1001));
    assert!(limiter.check(&bucket).is_ok());
    assert!(limiter.count(&1).is_ok());
}

#[test]
fn a_proved_credential_does_not_suffer_from_its_address() {
    let limits = Limits::new(1);
    let address = "192.0.2.1".parse().unwrap();
    let (good, bad) = (
        limits.credential("key", Some("token")),
        limits.credential("key", Some("guess")),
    );
    assert_ne!(good, bad);
    limits.count_credential(good).unwrap();
    while limits.count_address(address).is_ok() {}
    assert!(limits.check(None, address).is_err());
    assert!(limits.check(Some(bad), address).is_err());
    assert!(limits.check(Some(good), address).is_ok());
    assert!(limits.check(None, "192.0.2.2".parse().unwrap()).is_ok());
}

#[test]
fn a_rate_of_zero_limits_nothing_and_says_nothing() {
    let limits = Limits::new(0);
    let address = "192.0.2.1".parse().unwrap();
    let mut headers = HeaderMap::new();
    for _ in 0..1000 {
        limits.count_address(address).unwrap().describe(&mut headers);
    }
    assert!(headers.is_empty());
}

#[test]
fn made_up_keys_take_no_memory_and_addresses_little() {
    let limits = Limits::new(1);
    for number in 0..3 * KEPT {
        let key = limits.credential(&number.to_string(), None);
        let address = IpAddr::V4(u32::try_from(number).unwrap().into());
        assert!(limits.check(Some(key), address).is_ok());
        assert!(limits.count_address(address).is_ok());
    }
    let counts = limits.counts.unwrap();
    assert_eq!(counts.credentials.buckets.len(), 0);
    assert!(counts.addresses.buckets.len() <= KEPT);
}

#[test]
fn an_ipv6_client_is_counted_by_its_network() {
    let seen = |address: &str| network(address.parse().unwrap());
    assert_eq!(seen("2001:db8:1:2:3:4:5:6"), seen("2001:db8:1:2:ffff::1"));
    assert_ne!(seen("2001:db8:1:2::1"), seen("2001:db8:1:3::1"));
    assert_ne!(seen("192.0.2.1"), seen("192.0.2.2"));
    assert_eq!(seen("::ffff:192.0.2.1"), seen("192.0.2.1"));
}
