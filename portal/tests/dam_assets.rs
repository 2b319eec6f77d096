use crate::support::House;
use crate::support::connected::{clear_dam, works};
use crate::support::dam::Reply;
use domain::integration::selector::preview::PreviewSource;
use portal::Error;
use portal::integration::dam_assets;
use std::time::Duration;

cases!(the_preview_shows_the_accounts_own_assets, a_slow_dam_holds_up_no_page);

async fn the_preview_shows_the_accounts_own_assets(house: House) {
    let (dam, connected) = clear_dam(&house, |asked| match asked.line.split(' ').nth(1) {
        Some("/thumbs/harbour.png") => Reply::Body(200, "image/png", b"picture".to_vec()),
        Some("/thumbs/script.svg") => Reply::Body(200, "image/svg+xml", b"<svg onload=alert(1)>".to_vec()),
        _ => works(asked),
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
    // It is asked once for a while.
    let before = dam.asked().len();
    assert_eq!(connected.preview().await, preview);
    assert_eq!(dam.asked().len(), before);
    let thumbnail = async |id: &str| dam_assets::thumbnail(&connected.portal, &connected.ada.actor, id).await;
    let picture = thumbnail("0A-1").await.unwrap();
    assert_eq!(
        (picture.media_type.to_str().unwrap(), &picture.bytes[..]),
        ("image/png", &b"picture"[..])
    );
    let pictures = dam.asked().into_iter().filter(|asked| asked.line.contains("/thumbs/"));
    for asked in pictures {
        assert!(!asked.head.contains("authorization"), "{}", asked.head);
    }
    // What holds script, what leads inside, and what is not there.
    for id in ["B", "C", "D", "../../etc", ""] {
        assert_refused!(thumbnail(id).await, Error::NotFound("thumbnail"));
    }
    house.advance(301);
    connected.preview().await;
    assert!(
        dam.asked()
            .iter()
            .filter(|asked| asked.line.starts_with("POST"))
            .count()
            == 2
    );
}

async fn a_slow_dam_holds_up_no_page(house: House) {
    let (_dam, connected) = clear_dam(&house, |_| Reply::Silence).await;
    let begun = std::time::Instant::now();
    let preview = connected.preview().await;
    assert!(matches!(preview.source, PreviewSource::SamplesInstead(_)));
    assert!(!preview.assets.is_empty());
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}
