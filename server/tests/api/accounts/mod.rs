mod access;
mod users;
