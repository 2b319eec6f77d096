mod page_data;
mod requests;
mod server_errors;
mod static_files;
