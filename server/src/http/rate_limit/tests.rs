use crate::http::rate_limit::*;
use governor::clock::FakeRelativeClock;
use std::time::Duration;

fn limiter(per_second: u32, clock: &FakeRelativeClock) -> Limiter<u64, FakeRelativeClock> {
    Limiter::new("credential", NonZeroU32::new(per_second).unwrap(), clock.clone())
}

fn headers(rate_limit: RateLimitStatus) -> (String, String) {
    let mut headers = HeaderMap::new();
    rate_limit.insert_headers(&mut headers);
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    (text("RateLimit-Policy"), text("RateLimit"))
}

#[test]
fn burst_of_ten_seconds_is_allowed_and_reported() {
    let clock = FakeRelativeClock::default();
    let limiter = limiter(2, &clock);
    for remaining in (0..20).rev() {
        let reported = headers(limiter.count(&7).unwrap());
        assert_eq!(
            reported,
            (
                r#""credential";q=20;w=10"#.to_owned(),
                format!(r#""credential";r={remaining};t=1"#)
            )
        );
    }
    let exceeded = limiter.count(&7).unwrap_err();
    assert_eq!(exceeded.retry_after, 1);
    assert_eq!(headers(exceeded.rate_limit).1, r#""credential";r=0;t=1"#);
    assert!(limiter.count(&8).is_ok(), "another key has its own count");

    clock.advance(Duration::from_millis(501));
    assert!(limiter.count(&7).is_ok());
    assert!(limiter.count(&7).is_err());
}

#[test]
fn rejected_client_is_blocked_until_the_next_request_is_allowed() {
    let clock = FakeRelativeClock::default();
    let limiter = limiter(1, &clock);
    assert!(limiter.get(&1).is_none());
    for _ in 0..10 {
        assert!(limiter.count(&1).is_ok());
    }
    let bucket = limiter.get(&1).unwrap();
    assert!(limiter.check(&bucket).is_ok(), "no request was rejected yet");
    assert!(limiter.count(&1).is_err());
    assert!(limiter.check(&bucket).is_err());
    clock.advance(Duration::from_millis(1001));
    assert!(limiter.check(&bucket).is_ok());
    assert!(limiter.count(&1).is_ok());
}

#[test]
fn authenticated_credential_is_not_limited_by_its_address() {
    let limits = RateLimits::new(1);
    let address = "192.0.2.1".parse().unwrap();
    let (good, bad) = (
        limits.credential_key("key", Some("token")),
        limits.credential_key("key", Some("guess")),
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
fn zero_rate_disables_limits_and_headers() {
    let limits = RateLimits::new(0);
    let address = "192.0.2.1".parse().unwrap();
    let mut headers = HeaderMap::new();
    for _ in 0..1000 {
        limits.count_address(address).unwrap().insert_headers(&mut headers);
    }
    assert!(headers.is_empty());
}

#[test]
fn made_up_keys_add_no_buckets_and_addresses_are_bounded() {
    let limits = RateLimits::new(1);
    for number in 0..3 * MAX_BUCKETS {
        let key = limits.credential_key(&number.to_string(), None);
        let address = IpAddr::V4(u32::try_from(number).unwrap().into());
        assert!(limits.check(Some(key), address).is_ok());
        assert!(limits.count_address(address).is_ok());
    }
    let counts = limits.counts.unwrap();
    assert_eq!(counts.credentials.buckets.len(), 0);
    assert!(counts.addresses.buckets.len() <= MAX_BUCKETS);
}

#[test]
fn ipv6_client_is_counted_by_its_network() {
    let network_of = |address: &str| network(address.parse().unwrap());
    assert_eq!(network_of("2001:db8:1:2:3:4:5:6"), network_of("2001:db8:1:2:ffff::1"));
    assert_ne!(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
    assert_ne!(network_of("192.0.2.1"), network_of("192.0.2.2"));
    assert_eq!(network_of("::ffff:192.0.2.1"), network_of("192.0.2.1"));
}
