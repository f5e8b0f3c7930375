//! Answers that lead elsewhere: told as they are, and followed by nobody, even where they lead may be called.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::trap::Trap;
use crate::{Place, no_names, oauth2, webhook};

/// A server on this machine that answers every request so.
async fn answering(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // Whoever goes away in the middle is no concern of the server's.
            _ = stream.read(&mut [0; 16 * 1024]).await;
            _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    url
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let trap = Trap::set();
    let place = Place::open(&["127.0.0.1/32"], no_names()).await;
    for status in [301, 302, 303, 307, 308] {
        for to in [
            format!("http://127.0.0.1:{}/", trap.port()),
            format!("//127.0.0.1:{}/", trap.port()),
            "http://169.254.169.254/latest/meta-data/".to_owned(),
            "file:///etc/passwd".to_owned(),
        ] {
            let url = answering(format!(
                "HTTP/1.1 {status} X\r\nlocation: {to}\r\nrefresh: 0; url={to}\r\ncontent-length: 0\r\n\
                 connection: close\r\n\r\n"
            ))
            .await;
            let (_, tried) = place.call("POST", "/api/v1/webhooks/test", &webhook(&url)).await;
            let data = &tried["data"];
            let said = (&data["delivered"], &data["verdict"], &data["http_status"]);
            assert_eq!(said, (&false.into(), &"retry".into(), &status.into()), "{to}: {tried}");

            let (_, tried) = place.call("POST", "/api/v1/webhooks/test", &oauth2(&url)).await;
            let detail = format!("the token endpoint answered {status}");
            let data = &tried["data"];
            let said = (&data["delivered"], &data["verdict"], &data["detail"]);
            assert_eq!(said, (&false.into(), &"retry".into(), &detail.into()), "{to}: {tried}");
        }
    }
    assert_eq!(trap.caught(), 0);
}
