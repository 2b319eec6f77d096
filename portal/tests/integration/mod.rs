mod api_keys;
mod connection_test;
mod connectors;
mod dam_assets;
mod settings;
mod settings_files;
