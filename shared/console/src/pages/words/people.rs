//! The words of a part of the console, in both languages side by side: people and their sessions.

use super::words;

words! {
    /// People and their sessions.
    People {}
    role: "Quyền", "Role";
    role_owner: "Chủ", "Owner";
    role_operator: "Vận hành", "Operator";
    role_viewer: "Chỉ xem", "Viewer";
    role_owner_hint: "làm mọi việc, quản lý người dùng", "does everything, and manages people";
    role_operator_hint: "thêm nơi nhận, tạm dừng, gửi lại", "adds destinations, pauses, resends";
    role_viewer_hint: "chỉ xem", "only looks";
    you: "bạn", "you";
    add_person: "Thêm người dùng", "Add somebody";
    password_hint: "Ít nhất 10 ký tự.", "At least 10 characters.";
    new_password: "Mật khẩu mới", "New password";
    own_password: "Đổi mật khẩu của bạn", "Change your password";
    own_hint: "Mọi phiên khác của bạn sẽ kết thúc; phiên này vẫn tiếp tục.", "All your other sessions end; this one goes on.";
    own_changed: "Đã đổi mật khẩu. Mọi phiên khác đã kết thúc.", "Your password was changed. All other sessions are over.";
    old_password: "Mật khẩu hiện tại", "Present password";
    again: "Nhập lại mật khẩu mới", "The new password again";
    not_the_same: "Hai lần nhập không giống nhau.", "The two are not the same.";
    wrong_old: "Mật khẩu hiện tại không đúng.", "The present password is wrong.";
    set_password: "Đổi mật khẩu", "Set the password";
    set_role: "Đổi quyền", "Set the role";
    remove: "Xóa người này", "Remove";
    manage: "Quản lý", "Manage";
    manage_hint: "Đổi mật khẩu hay quyền sẽ kết thúc mọi phiên của người đó.", "Another password or role ends all of this person's sessions.";
    open_sessions: "Phiên đang mở", "Open sessions";
    began: "Bắt đầu", "Began";
    seen: "Thấy lần cuối", "Last seen";
    this_session: "phiên này", "this one";
    end: "Kết thúc", "End";
    end_all: "Kết thúc mọi phiên", "End all sessions";
    no_sessions: "Không có phiên nào.", "No session.";
    was_added: "Đã thêm người dùng.", "The person was added.";
    was_changed: "Đã đổi.", "Changed.";
    was_removed: "Đã xóa người dùng.", "The person was removed.";
    was_ended: "Đã kết thúc.", "Ended.";
    name_taken: "Tên này đã có người dùng.", "Somebody has this name already.";
    bad_name: "Tên có từ 1 đến 64 ký tự nhìn thấy được.", "A name has 1 to 64 visible characters.";
    bad_password: "Mật khẩu có từ 10 ký tự đến 256 byte.", "A password has 10 characters to 256 bytes.";
}
