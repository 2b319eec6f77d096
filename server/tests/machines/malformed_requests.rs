//! What no client would send: it gets a clear 400 or 401, and the server lives on.

use crate::http::{Answer, Call, exchange};
use crate::world::{Settings, World, on_each_engine};

const PATHS: [(&str, &str); 3] = [
    ("GET", "/api/v4/currentUser"),
    ("POST", "/api/v4/oauth/request_token/"),
    ("POST", "/api/v4/oauth/access_token/"),
];

/// The same numbers at each run: xorshift64*.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next().to_le_bytes()[3]).collect()
    }
}

fn assert_clear(world: &World, answer: &Answer, what: &str) {
    assert!([400, 401].contains(&answer.status), "{what}: {answer:?}");
    answer.oauth_problem();
    world.assert_no_secret(answer, &world.credentials);
}

async fn assert_lives(world: &World) {
    assert_eq!(world.send(&world.get("/api/v4/currentUser")).await.status, 200);
}

#[tokio::test]
async fn a_header_that_breaks_off() {
    on_each_engine(Settings::default(), async |world| {
        for (method, path) in PATHS {
            let whole = world.get(path).headers[0].1.clone();
            for length in 0..whole.len() {
                let call = Call::new(method, path).header("Authorization", &whole[..length]);
                assert_clear(
                    &world,
                    &world.send(&call).await,
                    &String::from_utf8_lossy(&whole[..length]),
                );
            }
        }
        assert_lives(&world).await;
    })
    .await;
}

#[tokio::test]
async fn a_header_that_does_not_end() {
    on_each_engine(Settings::default(), async |world| {
        for length in [8 * 1024, 32 * 1024, 60 * 1024] {
            for filler in ["a", "oauth_token=\"x\", ", ", ", "%41", "\\"] {
                let value = format!("OAuth oauth_consumer_key=\"{}\"", filler.repeat(length / filler.len()));
                let call = Call::new("GET", "/api/v4/currentUser").header("Authorization", value);
                let answer = world.send(&call).await;
                assert_eq!(
                    (answer.status, answer.oauth_problem().as_str()),
                    (400, "parameter_rejected"),
                    "{length} {filler}"
                );
            }
        }
        // What no head may be long.
        for length in [64 * 1024, 256 * 1024, 1024 * 1024] {
            let value = format!("OAuth oauth_consumer_key=\"{}\"", "a".repeat(length));
            let call = Call::new("GET", "/api/v4/currentUser").header("Authorization", value);
            assert_eq!(world.send(&call).await.status, 431, "{length}");
        }
        assert_lives(&world).await;
    })
    .await;
}

#[tokio::test]
async fn a_header_with_any_bytes() {
    on_each_engine(Settings::default(), async |world| {
        let mut random = Random(20_260_601);
        for _ in 0..300 {
            let length = 1 + random.below(200);
            // Line ends would end the header.
            let bytes: Vec<u8> = random
                .bytes(length)
                .into_iter()
                .filter(|byte| !b"\r\n\0".contains(byte))
                .collect();
            let mut value = b"OAuth ".to_vec();
            value.extend(
                bytes
                    .iter()
                    .filter(|byte| **byte == b'\t' || **byte >= b' ')
                    .filter(|byte| **byte != 127),
            );
            let (method, path) = PATHS[random.below(PATHS.len())];
            let call = Call::new(method, path).header("Authorization", value.clone());
            assert_clear(&world, &world.send(&call).await, &String::from_utf8_lossy(&value));
        }
        assert_lives(&world).await;
    })
    .await;
}

#[tokio::test]
async fn a_signed_request_with_any_byte_changed() {
    on_each_engine(Settings::default(), async |world| {
        let mut random = Random(7);
        for _ in 0..300 {
            let mut call = world.get("/api/v4/currentUser");
            let value = &mut call.headers[0].1;
            // What stands in the realm is not signed.
            let begin = value.iter().position(|byte| *byte == b',').unwrap();
            let at = begin + random.below(value.len() - begin);
            let before = value[at];
            value[at] = b' ' + u8::try_from(random.below(95)).unwrap();
            let answer = world.send(&call).await;
            // A blank more or less between parameters changes nothing.
            if answer.status != 200 {
                assert_clear(&world, &answer, &format!("{before} at {at} in {call:?}"));
            }
        }
        assert_lives(&world).await;
    })
    .await;
}

#[tokio::test]
async fn a_query_or_a_form_with_any_bytes() {
    on_each_engine(Settings::default(), async |world| {
        let mut random = Random(99);
        for _ in 0..200 {
            let length = 1 + random.below(120);
            let bytes = random.bytes(length);
            let form = Call::new("POST", PATHS[1].1).body("application/x-www-form-urlencoded", bytes.clone());
            assert_clear(&world, &world.send(&form).await, "form");
            let query: String = bytes
                .iter()
                .map(|byte| char::from(b'!' + byte % 94))
                .filter(|char| !"#\"<>`{}|\\^".contains(*char))
                .collect();
            let call = Call::new("GET", &format!("/api/v4/currentUser?oauth_token={query}"));
            assert_clear(&world, &world.send(&call).await, &query);
        }
        let many = Call::new("POST", PATHS[1].1).body("application/x-www-form-urlencoded", "a&".repeat(30_000));
        assert_clear(&world, &world.send(&many).await, "many");
        assert_lives(&world).await;
    })
    .await;
}

#[tokio::test]
async fn names_with_control_characters() {
    on_each_engine(Settings::default(), async |world| {
        for name in ["oauth_consumer_key", "oauth_token", "oauth_nonce"] {
            for bad in [
                "%00",
                "%0A",
                "a%0d%0aSet-Cookie:x",
                "%C3%28",
                "%ED%A0%80",
                "%",
                "%4",
                "%zz",
            ] {
                let text = String::from_utf8(world.get("/api/v4/currentUser").headers[0].1.clone()).unwrap();
                let at = text.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
                let end = at + text[at..].find('"').unwrap();
                let value = format!("{}{bad}{}", &text[..at], &text[end..]);
                let answer = world
                    .send(&Call::new("GET", "/api/v4/currentUser").header("Authorization", value))
                    .await;
                assert_eq!(
                    (answer.status, answer.oauth_problem().as_str()),
                    (400, "parameter_rejected"),
                    "{name} {bad}"
                );
                assert!(
                    !answer
                        .headers
                        .iter()
                        .any(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
                );
            }
        }
        assert_lives(&world).await;
    })
    .await;
}

#[tokio::test]
async fn a_connection_with_any_bytes() {
    on_each_engine(Settings::default(), async |world| {
        let mut random = Random(4711);
        for _ in 0..100 {
            let length = 1 + random.below(2000);
            let mut bytes = random.bytes(length);
            bytes.extend_from_slice(b"\r\n\r\n");
            if let Some(answer) = exchange(world.address(), &bytes).await {
                assert_eq!(answer.status, 400, "{answer:?}");
            }
        }
        assert_lives(&world).await;
    })
    .await;
}
