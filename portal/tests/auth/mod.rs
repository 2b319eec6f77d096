mod known_browsers;
mod one_time_secrets;
mod password_changes;
mod password_resets;
mod passwords;
mod repeated_sign_in;
mod sessions;
mod sign_in;
