//! The words of a part of the console, in both languages side by side: sources, and where their
//! providers' own pages have what is asked for.

use super::words;

words! {
    /// Sources.
    Sources {}
    no_sources: "Chưa có nguồn nào.", "There is no source yet.";
    no_sources_hint: "Thêm một nguồn: tingting cho bạn URL và bí mật để dán vào trang của SePay, Casso, ThueAPI, Abaha hoặc AppotaPay.", "Add a source: tingting gives you the URL and the secret to paste into the page of SePay, Casso, ThueAPI, Abaha or AppotaPay.";
    no_sources_viewer: "Hãy nhờ người có quyền Vận hành thêm một nguồn.", "Ask an operator to add a source.";
    add_source: "Thêm nguồn", "Add a source";
    never_called: "Chưa có lời gọi", "No call yet";
    last_call: "Lời gọi cuối", "Last call";
    not_yet: "chưa có", "none yet";
    not_yet_hint: "Dán URL bên dưới vào trang của nguồn rồi gọi thử từ đó. Sự kiện hiện ra trong vài giây.", "Paste the URL below into the provider's page and make a test call there. Its event appears within seconds.";
    refused_day: "Từ chối trong 24 giờ", "Refused in 24 hours";
    parked: "Cất giữ", "Parked";
    refused_calls: "Lời gọi bị từ chối gần đây", "Calls refused lately";
    no_refusals: "Không có lời gọi nào bị từ chối.", "No call was refused.";
    what_came: "Đã nhận", "What came";
    parked_n: "{} lời gọi cất giữ vì chưa đọc được", "{} calls are parked, for they could not be read";
    parked_calls: "Lời gọi cất giữ", "Parked calls";
    parked_hint: "Đúng là của nguồn này, nhưng có chỗ không hiểu được nên chưa báo cho ai. Không có gì mất: sau khi sửa cài đặt hoặc nâng cấp, hãy đọc lại.", "They are this source's, but something in them was not understood, so nobody was told. Nothing is lost: after a change of the settings or an upgrade, read them again.";
    read_again: "Đọc lại", "Read again";
    was_read: "Đã đọc được. Sự kiện được gửi đi như mọi sự kiện khác.", "It was read. Its events go out like any other.";
    was_unread: "Vẫn chưa đọc được. Lời gọi còn được cất giữ.", "It still cannot be read. The call stays parked.";
    was_removed: "Đã xóa nguồn.", "The source was removed.";
    was_changed: "Đã lưu cài đặt.", "The settings were saved.";
    was_disabled: "Đã tắt: lời gọi của nguồn không được nhận nữa, chậm nhất sau mười phút.", "Disabled: its calls are not taken any more, within ten minutes.";
    was_enabled: "Đã bật lại.", "Its calls are taken again.";
    was_retired: "Bí mật đã bỏ không còn được nhận, chậm nhất sau mười phút.", "What was retired is taken no more, within ten minutes.";

    choose: "Tiền và đơn hàng được báo từ đâu?", "Who tells of money and orders?";
    about_sepay: "Biến động số dư, qua webhook của SePay.", "Changes of balances, by SePay's webhooks.";
    about_casso: "Giao dịch ngân hàng, qua webhook của Casso.", "Bank transfers, by Casso's webhooks.";
    about_thueapi: "Giao dịch ngân hàng, qua hook của ThueAPI.", "Bank transfers, by ThueAPI's hooks.";
    about_abaha: "Đơn hàng, sản phẩm và khách hàng của Abaha.", "Orders, products and customers of Abaha.";
    about_appotapay: "Gói thu định kỳ và thanh toán của AppotaPay.", "Plans, billing cycles and payments of AppotaPay.";
    new_title: "Nguồn mới: {}", "New source: {}";
    at_provider: "Ở trang của nguồn", "At the provider";
    name_hint: "Chữ thường a-z, số và dấu gạch ngang, ví dụ shop. Là phần cuối của URL.", "Letters a-z, digits and hyphens, such as shop. The end of the URL.";
    url_will_be: "URL sẽ là {}", "The URL will be {}";
    the_name: "TÊN", "NAME";
    secret: "Bí mật", "Secret";
    secret_optional: "Bí mật (không bắt buộc)", "Secret (optional)";
    secret_casso: "Ô Key bảo mật ở trang của Casso. Để trống: tingting tạo một bí mật và cho xem một lần.", "Casso's field Key bảo mật. Leave it empty, and tingting makes one and shows it once.";
    secret_abaha: "Ô Value ở mục Thông tin header của Abaha. Để trống: tingting tạo một bí mật và cho xem một lần.", "Abaha's field Value under Thông tin header. Leave it empty, and tingting makes one and shows it once.";
    secret_thueapi: "Token mà ThueAPI hiện ra (chỉ một lần) khi bạn thêm hook với URL ở trên.", "The token that ThueAPI shows (once) when you add a hook with the URL above.";
    secret_appotapay: "secretKey mà AppotaPay cấp cho bạn.", "The secretKey that AppotaPay gave you.";
    secret_sepay: "HMAC-SHA256: chép khóa mà SePay hiện ra. API Key hoặc OAuth2.0: để trống, tingting tạo giúp và cho xem một lần.", "HMAC-SHA256: copy the key that SePay shows. API Key or OAuth2.0: leave it empty, and tingting makes one and shows it once.";
    auth: "Kiểu chứng thực", "Way of proving";
    auth_hint: "Chọn giống ô Kiểu chứng thực ở trang webhook của SePay.", "The same as Kiểu chứng thực on SePay's webhook page.";
    by_api_key: "API Key", "API Key";
    by_hmac: "HMAC-SHA256", "HMAC-SHA256";
    by_oauth2: "OAuth2.0", "OAuth2.0";
    by_nothing: "Không chứng thực (ai biết URL cũng gọi được)", "None (whoever knows the URL can call)";
    client_id: "OAuth2.0 Client Id", "OAuth2.0 Client Id";
    client_id_hint: "Do bạn đặt; SePay hỏi nó ở ô OAuth2.0 Client Id. Chỉ khi chọn OAuth2.0.", "Of your choice; SePay asks for it as OAuth2.0 Client Id. Only for OAuth2.0.";
    header: "Tên header", "Header";
    header_optional: "Tên header (không bắt buộc)", "Header (optional)";
    header_hint: "Ô Key ở mục Thông tin header của Abaha. Để trống: X-Abaha-Token.", "Abaha's field Key under Thông tin header. Empty means X-Abaha-Token.";
    api_casso: "API key của Casso (không bắt buộc)", "Casso's API key (optional)";
    api_sepay: "API token của SePay (không bắt buộc)", "SePay's API token (optional)";
    api_hint: "Để tingting hỏi lại những giao dịch mà webhook không đến được.", "By it tingting asks for transfers whose webhook never came.";
    more: "Thêm cài đặt", "More settings";
    code_pattern: "Mẫu mã thanh toán", "Payment code pattern";
    code_pattern_hint: "Biểu thức chính quy tìm mã thanh toán trong nội dung, ví dụ DH[0-9]+. Để trống: lấy mã mà nguồn tìm ra.", "A regular expression that finds the payment code in a memo, such as DH[0-9]+. Empty: the code that the provider found.";
    silence: "Báo động khi im lặng quá", "Alarm when silent for";
    silence_hint: "Từ 1h đến 14d, hoặc off. Để trống: theo nhịp thường ngày của nguồn.", "From 1h to 14d, or off. Empty: by the source's own rhythm.";
    max_age: "Chữ ký cũ nhất", "Oldest signature";
    max_age_hint: "Dấu thời gian đã ký được cũ đến đâu, ví dụ 30d. Để trống: 30 ngày.", "How old a signed time stamp may be, such as 30d. Empty: 30 days.";
    make: "Tạo nguồn", "Make the source";

    was_made: "Nguồn {} đã sẵn sàng", "Source {} is ready";
    was_made_hint: "Dán các giá trị này vào trang của nguồn, rồi gọi thử từ đó.", "Paste these into the provider's page, then make a test call there.";
    was_rotated: "Bí mật mới của {}", "New secret of {}";
    was_rotated_hint: "Bí mật cũ và mới đều được nhận. Đổi ở trang của nguồn, rồi quay lại đây bỏ bí mật cũ.", "The old and the new one are both taken. Change it at the provider, then come back and retire the old one.";
    shown_once: "Bí mật chỉ hiện một lần. Hãy chép ngay, trước khi rời trang này.", "The secret is shown this once. Copy it now, before you leave this page.";
    your_secret: "(bí mật bạn giữ, không hiện lại)", "(the secret you keep; it is not shown again)";
    go_on: "Tới trang của nguồn này", "Go to this source";
    paste: "Cần dán gì ở trang của nguồn", "What to paste at the provider";
    guessed: "Đây là địa chỉ mà trình duyệt của bạn đang dùng. Nhà cung cấp phải gọi tới được: đặt public_url trong tingting.toml nếu địa chỉ công khai khác.", "This is the address that your browser uses. The provider must reach it: set public_url in tingting.toml if the public one is another.";

    live_secrets: "Bí mật đang nhận", "Secrets taken";
    reconciled: "Có đối soát", "Reconciled";
    rotate: "Đổi bí mật", "Change the secret";
    rotate_hint: "Bí mật cũ vẫn được nhận cho đến khi bạn bỏ nó: không lời gọi nào bị từ chối.", "The old one is taken until you retire it: no call is refused.";
    new_secret: "Bí mật mới", "New secret";
    new_secret_hint: "Chép từ trang của nguồn: nguồn này tự tạo bí mật.", "Copy it from the provider's page: this provider makes its secrets.";
    rotate_now: "Tạo bí mật mới", "Make a new secret";
    rotate_said: "Thêm bí mật này", "Add this secret";
    retire: "Bỏ bí mật cũ", "Retire the old secret";
    retire_one: "Token không nhận nữa", "The token to retire";
    retire_one_hint: "Mỗi tài khoản ngân hàng có một token riêng: hãy dán đúng token cần bỏ, các token khác vẫn được nhận.", "Each bank account has a token of its own: paste the one to retire, the others stay.";
    retire_one_now: "Bỏ token này", "Retire this token";
    retire_hint: "Từ đó chỉ bí mật mới nhất được nhận. Chỉ bỏ sau khi đã đổi ở trang của nguồn.", "From then on only the newest is taken. Do it after the provider's page was changed.";
    disable: "Tắt nguồn", "Disable";
    disable_hint: "Lời gọi được trả lời như của người lạ. Có thể bật lại.", "Its calls are answered as a stranger's are. It can be enabled again.";
    enable: "Bật lại", "Enable";
    enable_hint: "Lời gọi của nguồn lại được nhận.", "Its calls are taken again.";
    edit: "Sửa cài đặt", "Edit the settings";
    edit_title: "Cài đặt của {}", "Settings of {}";
    remove: "Xóa nguồn", "Remove";
    remove_title: "Xóa nguồn {}?", "Remove source {}?";
    remove_hint: "Lời gọi tới URL này sẽ bị từ chối. Những gì đã nhận vẫn còn trong sổ. Không thể hoàn tác.", "Calls to its URL will be refused. What it brought stays in the log. This cannot be undone.";

    place_sepay: "Trên SePay: Tích hợp Webhooks, rồi Thêm webhook. Bật gửi lại cho mọi loại lỗi.", "At SePay: Tích hợp Webhooks, then Thêm webhook. Turn on retries for every failure.";
    place_casso: "Trên Casso: Thiết lập, Tích hợp, Thêm tích hợp, rồi Webhook hoặc Webhook V2. Bấm Gọi thử trước khi Lưu.", "At Casso: Thiết lập, Tích hợp, Thêm tích hợp, then Webhook or Webhook V2. Press Gọi thử before Lưu.";
    place_thueapi: "Trên ThueAPI: Hooks, Hooking, rồi Thêm; Provider là Webhook. Mỗi tài khoản ngân hàng một hook.", "At ThueAPI: Hooks, Hooking, then Thêm; the Provider is Webhook. One hook for each bank account.";
    place_abaha: "Trên Abaha: Cấu hình webhook, rồi Thêm mới; mỗi loại đối tượng một webhook. Key và Value ở mục Thông tin header.", "At Abaha: Cấu hình webhook, then Thêm mới; one webhook for each sort of object. Key and Value are under Thông tin header.";
    place_appotapay: "Gửi URL cho AppotaPay, hoặc truyền vào notifyUrl khi gọi API của họ.", "Send the URL to AppotaPay, or pass it as notifyUrl to their API.";
}

impl Sources {
    /// Where a provider's page is.
    pub(crate) fn place(&self, provider: &str) -> &'static str {
        match provider {
            "sepay" => self.place_sepay,
            "casso" => self.place_casso,
            "thueapi" => self.place_thueapi,
            "abaha" => self.place_abaha,
            _ => self.place_appotapay,
        }
    }

    /// A way of proving, by its word in records.
    pub(crate) fn auth_of(&self, word: &str) -> &'static str {
        match word {
            "api_key" => self.by_api_key,
            "hmac" => self.by_hmac,
            "oauth2" => self.by_oauth2,
            _ => self.by_nothing,
        }
    }
}
