//! The words of a part of the console, in both languages side by side: what went wrong.

use super::words;

words! {
    /// What went wrong.
    Wrong {}
    error: "Không thực hiện được", "This did not work";
    back: "Quay lại", "Go back";
    not_found: "Không có trang này", "There is no such page";
    not_found_hint: "Địa chỉ sai, hoặc thứ bạn tìm đã bị xóa.", "The address is wrong, or what you look for was deleted.";
    not_allowed: "Trang này không nhận cách gọi đó", "This page is not called that way";
    forbidden: "Bạn không có quyền làm việc này", "You may not do this";
    forbidden_hint: "Tài khoản này chưa đủ quyền. Hãy nhờ người có quyền cao hơn, hoặc nhờ Chủ nâng quyền.", "This account may not do that. Ask somebody who may, or an owner to raise its role.";
    cross_site: "Biểu mẫu này không dùng được nữa", "This form cannot be used any more";
    cross_site_hint: "Hãy mở lại trang rồi gửi lại.", "Open the page again and send it anew.";
    unavailable: "Kho dữ liệu tạm thời không truy cập được", "The storage cannot be reached right now";
    unavailable_hint: "Hãy thử lại sau giây lát. Không có gì bị mất.", "Try again in a moment. Nothing is lost.";
}
