mod authorization_request;
mod dam;
mod rejected_forms;
mod settings_upload;
mod submitted_dialog;
mod token_settings;
