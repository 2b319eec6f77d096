mod consumers;
mod nonces;
mod request_tokens;
mod signature;
mod token_list;
mod token_list_performance;
mod tokens;
