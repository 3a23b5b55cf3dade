//! Names that lead inside are refused, at the first connection and at any later one, and those that a person gave are not.

use super::super::tests::{Stand, answer};
use super::super::{Door, Keys, Manner, ReadCall, transport};
use super::*;
use crate::config::endpoints::Endpoints;
use crate::config::environment::Environment;
use crate::domain::{GapKind, System};
use rstest::rstest;
use std::sync::atomic::{AtomicUsize, Ordering};

#[rstest]
#[case::this_machine("127.8.0.1", true)]
#[case::private("10.1.2.3", true)]
#[case::private_twelve("172.31.0.1", true)]
#[case::private_sixteen("192.168.1.1", true)]
#[case::metadata("169.254.169.254", true)]
#[case::shared("100.100.100.200", true)]
#[case::unset("0.0.0.0", true)]
#[case::protocols("192.0.0.192", true)]
#[case::multicast("224.0.0.1", true)]
#[case::everybody("255.255.255.255", true)]
#[case::own("::1", true)]
#[case::unset_long("::", true)]
#[case::unique_local("fd00:ec2::254", true)]
#[case::link_local("fe80::1", true)]
#[case::site_local("fec0::1", true)]
#[case::multicast_long("ff02::1", true)]
#[case::mapped("::ffff:10.0.0.1", true)]
#[case::compatible("::127.0.0.1", true)]
#[case::translated("64:ff9b::a9fe:a9fe", true)]
#[case::six_to_four("2002:7f00:1::", true)]
#[case::outside("93.184.215.14", false)]
#[case::next_to_private("172.32.0.1", false)]
#[case::next_to_shared("100.128.0.1", false)]
#[case::tunnels("198.18.0.5", false)]
#[case::outside_long("2606:2800:21f:cb07::1", false)]
#[case::mapped_outside("::ffff:8.8.8.8", false)]
#[case::translated_outside("64:ff9b::808:808", false)]
fn what_is_inside(#[case] ip: &str, #[case] wanted: bool) {
    assert_eq!(is_inside(ip.parse().unwrap()), wanted);
}

const OUT: &str = "93.184.215.14";
const IN: &str = "10.0.0.7";

/// A look-up of `name` after those of `before`: what may be asked.
fn allowed(given: &[&str], before: &[(&str, &str)], name: &str, leads: &[&str]) -> Vec<String> {
    let outside = Outside::default();
    for host in given {
        outside.note(&Url::parse(&format!("https://{host}/")).unwrap(), true);
    }
    let at = |ips: &[&str]| ips.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect::<Vec<_>>();
    let mut known = lock(&outside.known);
    known.names.entry("cdn.acme.example".to_owned()).or_insert(Asked::Found);
    for (name, ip) in before {
        known.allowed(name, at(&[ip]));
    }
    known.allowed(name, at(leads)).iter().map(|it| it.ip().to_string()).collect()
}

#[rstest]
#[case::outside(&["acme.example"], &[], "acme.example", &[OUT], &[OUT])]
#[case::one_that_a_person_gave(&["acme.example"], &[], "acme.example", &[IN], &[IN])]
#[case::it_changed_its_mind(&["acme.example"], &[("acme.example", OUT)], "acme.example", &[IN], &[])]
#[case::part_of_it(&["acme.example"], &[("acme.example", OUT)], "acme.example", &[IN, OUT], &[OUT])]
#[case::named_by_the_site(&["acme.example"], &[("acme.example", OUT)], "cdn.acme.example", &[IN], &[])]
#[case::named_by_a_site_inside(&["acme.example"], &[("acme.example", IN)], "cdn.acme.example", &[IN], &[IN])]
#[case::named_by_an_address_inside(&[IN], &[], "cdn.acme.example", &[IN], &[IN])]
#[case::named_by_an_address_outside(&[OUT], &[], "cdn.acme.example", &[IN], &[])]
#[case::an_asset_host_inside_opens_nothing_else(
    &["acme.example", "files.example"], &[("acme.example", OUT), ("files.example", IN)], "cdn.acme.example", &[IN], &[]
)]
#[case::an_asset_host_inside(
    &["acme.example", "files.example"], &[("acme.example", OUT)], "files.example", &[IN], &[IN]
)]
#[case::a_proxy(&["acme.example"], &[("acme.example", OUT)], "proxy.corp.example", &[IN], &[IN])]
fn where_names_may_lead(
    #[case] given: &[&str],
    #[case] before: &[(&str, &str)],
    #[case] name: &str,
    #[case] leads: &[&str],
    #[case] wanted: &[&str],
) {
    assert_eq!(allowed(given, before, name, leads), wanted);
}

fn door(names: Names) -> Door {
    let endpoints = Endpoints::from_environment(&Environment::default()).unwrap();
    let manner = Manner { names, ..super::super::tests::brisk() };
    Door::with(transport().unwrap(), Arc::new(endpoints), Keys::new(), super::super::tests::clock(), None, manner)
}

#[tokio::test]
async fn nothing_is_sent_to_a_name_that_the_site_led_inside() {
    let stand = Stand::always(answer("200 OK", &[], "{}")).await;
    let at = stand.url.socket_addrs(|| None).unwrap().remove(0);
    let looked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&looked);
    let door = door(Names::by(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move { Ok(vec![at]) })
    }));
    let address = Url::parse(&format!("http://files.acme.example:{}/a.js", at.port())).unwrap();
    let call = || ReadCall::follow(System::Site, &address).at(address.join("/").unwrap());
    let gap = door.read(call().found()).await.unwrap_err();
    assert_eq!((gap.kind, stand.count()), (GapKind::Unreachable, 0));
    assert!(gap.says.as_str().contains("private"), "{gap}");
    assert_eq!(looked.load(Ordering::Relaxed), 1, "it is not tried again");
    // The same address, given by a person, is asked.
    let reply = door.read(call()).await.unwrap();
    assert_eq!((reply.status.as_u16(), stand.count()), (200, 1));
}
