//! The words of a part of the console, in both languages side by side: signing in.

use super::words;

words! {
    /// Signing in.
    SignIn {}
    sign_in: "Đăng nhập", "Sign in";
    sign_in_hint: "Theo dõi tiền vào, tiền ra và thông báo của cửa hàng.", "Watch your shop's money and its notifications.";
    wrong: "Tên đăng nhập hoặc mật khẩu không đúng.", "The user name or the password is wrong.";
    slow_down: "Sai quá nhiều lần. Hãy thử lại sau {} giây.", "Too many failures. Try again in {} s.";
    busy: "Đang có quá nhiều người đăng nhập. Hãy thử lại sau giây lát.", "Too many people are signing in. Try again in a moment.";
    no_operator: "Chưa có người dùng nào. Trên máy chạy tingting, hãy gõ:", "There is no operator yet. On the machine that runs tingting, type:";
    forgot: "Quên mật khẩu? Trên máy chạy tingting, gõ: tingting operators password TÊN", "Forgot it? On the machine that runs tingting, type: tingting operators password NAME";
}
