use domain::integration::selector::preview::PreviewSource;
use portal::Error;
use portal::integration::dam_assets;
use std::time::Duration;
use testing::connected_portal::{connect_http_dam, working_dam};
use testing::mock_dam::Reply;
use testing::{Engine, TestPortal, assert_rejected};

#[tokio::test]
async fn preview_shows_assets_of_the_dam() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let (dam, connected) = connect_http_dam(&test, |request| match request.line.split(' ').nth(1) {
        Some("/thumbs/harbour.png") => Reply::Body(200, "image/png", b"picture".to_vec()),
        Some("/thumbs/script.svg") => Reply::Body(200, "image/svg+xml", b"<svg onload=alert(1)>".to_vec()),
        _ => working_dam(request),
    })
    .await;
    let preview = connected.preview().await;
    assert_eq!(preview.source, PreviewSource::Dam("127.0.0.1".to_owned()));
    let names: Vec<&str> = preview.assets.iter().map(|asset| asset.name.as_str()).collect();
    assert_eq!(names, ["Harbour", "Odd id", "Script", "Inside"]);
    let harbour = &preview.assets[0];
    assert_eq!(
        (harbour.limited_use, harbour.tags.as_slice()),
        (true, &["sea".to_owned()][..])
    );
    assert_eq!(harbour.thumbnail.as_deref(), Some("/integration/thumbnails/0A-1"));
    assert_eq!(preview.assets[1].thumbnail, None);
    // The preview is cached.
    let before = dam.requests().len();
    assert_eq!(connected.preview().await, preview);
    assert_eq!(dam.requests().len(), before);
    let thumbnail = async |id: &str| dam_assets::thumbnail(&connected.portal, &connected.ada.actor, id).await;
    let image = thumbnail("0A-1").await.unwrap();
    assert_eq!(
        (image.media_type.to_str().unwrap(), &image.bytes[..]),
        ("image/png", &b"picture"[..])
    );
    let thumbnail_requests = dam
        .requests()
        .into_iter()
        .filter(|request| request.line.contains("/thumbs/"));
    for request in thumbnail_requests {
        assert!(!request.head.contains("authorization"), "{}", request.head);
    }
    // An SVG image, a private address, and IDs without a thumbnail.
    for id in ["B", "C", "D", "../../etc", ""] {
        assert_rejected!(thumbnail(id).await, Error::NotFound("thumbnail"));
    }
    test.advance(301);
    connected.preview().await;
    assert!(
        dam.requests()
            .iter()
            .filter(|request| request.line.starts_with("POST"))
            .count()
            == 2
    );
}

#[tokio::test]
async fn preview_falls_back_to_samples_when_dam_does_not_respond() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let (_dam, connected) = connect_http_dam(&test, |_| Reply::NoResponse).await;
    let started = std::time::Instant::now();
    let preview = connected.preview().await;
    assert!(matches!(preview.source, PreviewSource::FallbackSamples(_)));
    assert!(!preview.assets.is_empty());
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}
