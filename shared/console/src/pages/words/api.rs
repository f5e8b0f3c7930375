//! The words of a part of the console, in both languages side by side: the page about the API.

use super::words;

words! {
    /// The page about the API.
    Api {}
    api_hint: "Dành cho chương trình. Tạo client bằng tingting clients create TÊN, lấy token ở POST /oauth2/token rồi gửi trong Authorization: Bearer.", "For programs. Make a client with tingting clients create NAME, get a token of POST /oauth2/token and send it as Authorization: Bearer.";
    api_document: "Tài liệu đầy đủ (OpenAPI 3.1)", "The whole document (OpenAPI 3.1)";
    api_scope: "Quyền (scope)", "Scope";
    api_parameters: "Tham số", "Parameters";
    api_body: "Nội dung gửi", "Body";
    api_answers: "Trả lời", "Answers";
    document_in_english: "Tài liệu này viết bằng tiếng Anh.", "";
}
