//! The words of a part of the console, in both languages side by side: who changed what.

use super::words;

words! {
    /// Who changed what.
    Changes {}
    who: "Ai", "Who";
    what: "Việc", "What";
    made: "Tạo", "Made";
    changed: "Sửa", "Changed";
    removed: "Xóa", "Removed";
    paused: "Tạm dừng", "Paused";
    resumed: "Tiếp tục", "Resumed";
    tried: "Gọi thử", "Test call";
    looked: "Xem trước", "Dry run";
    somebody: "một người dùng", "somebody";
    rotated: "Đổi bí mật", "Rotated";
    retired: "Bỏ bí mật cũ", "Retired the old secret";
    switched: "Bật hoặc tắt", "Switched";
    resent: "Gửi lại", "Resent";
    cancelled: "Hủy", "Cancelled";
    released: "Báo riêng", "Released";
    read_again: "Đọc lại", "Read again";
    replayed: "Gửi lại hàng loạt", "Replayed";
    role: "Đổi quyền", "Role changed";
    password: "Đổi mật khẩu", "Password changed";
    signed_out: "Đăng xuất khỏi các thiết bị", "Sessions ended";
    destination: "nơi nhận", "a destination";
    gone: "nơi nhận đã xóa ({})", "a deleted destination ({})";
    fields: "Các ô đã gửi", "Fields that were said";
    no_changes: "Chưa có thay đổi nào.", "Nothing was changed yet.";
    no_changes_hint: "Mọi thay đổi qua trang này hay API được ghi lại ở đây, không kèm giá trị.", "Every change by these pages or the API is written down here, without values.";
}
