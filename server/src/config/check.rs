//! What is wrong with a configuration, all at once: `veriquote serve --check`.

use std::path::Path;

use super::{Config, ConfigError};
use crate::keys::Algorithm;
use crate::policies::is_id;

impl Config {
    /// Whether the service can run like this.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check(&self) -> Result<(), ConfigError> {
        let mut wrong = Vec::new();
        let mut ask = |holds: bool, message: &str| {
            if !holds {
                wrong.push(message.to_owned());
            }
        };
        self.store.check(&mut ask);
        if let Some(token) = &self.keys.pkcs11 {
            token.check(&mut ask);
            ask(
                matches!(self.token.algorithm, Algorithm::Rs256 | Algorithm::Es256),
                "keys.pkcs11: tokens sign RS256 and ES256",
            );
        }
        self.instances.check(&mut ask);
        let is_off_or = |value: u64, least: u64| value == 0 || value >= least;
        ask(is_off_or(self.audit.rotate_bytes, 65_536), "audit.rotate_bytes: 0, or at least 65536");
        ask(is_off_or(self.audit.rotate_seconds, 60), "audit.rotate_seconds: 0, or at least 60");
        let limits = &self.limits;
        ask((1024..=16 * 1024 * 1024).contains(&limits.body_bytes), "limits.body_bytes: from 1024 to 16 MiB");
        ask((1..=300).contains(&limits.request_seconds), "limits.request_seconds: from 1 to 300");
        ask((1..=300).contains(&limits.header_seconds), "limits.header_seconds: from 1 to 300");
        ask(limits.concurrent_requests > 0, "limits.concurrent_requests: at least 1");
        ask(limits.connections > 0, "limits.connections: at least 1");
        let lifetime = 30..=86_400;
        let token = &self.token;
        ask(lifetime.contains(&token.v1_lifetime_seconds), "token.v1_lifetime_seconds: from 30 to 86400");
        ask(lifetime.contains(&token.lifetime_seconds), "token.lifetime_seconds: from 30 to 86400");
        ask((2_000..=100_000).contains(&token.max_chars), "token.max_chars: from 2000 to 100000");
        ask(!token.subject.tdx.is_empty(), "token.subject.tdx: at least one measurement");
        ask(!token.subject.sgx.is_empty(), "token.subject.sgx: at least one measurement");
        ask(!token.subject.tpm.is_empty(), "token.subject.tpm: at least one measurement");
        let is_name =
            |hex: &String| veriquote::bytes::from_hex(hex.as_bytes()).is_ok_and(|name| name.len() > 2);
        ask(
            self.trust.tpm_ak_names.iter().all(is_name),
            "trust.tpm_ak_names: Names in hex: the algorithm and the digest",
        );
        ask(token.v1_audience.as_deref() != Some(""), "token.v1_audience: not empty");
        let keys = &self.keys;
        ask([2048, 3072, 4096].contains(&keys.rsa_bits), "keys.rsa_bits: 2048, 3072 or 4096");
        ask((60..=86_400).contains(&keys.max_age_seconds), "keys.max_age_seconds: from 60 to 86400");
        ask(
            keys.publish_seconds >= keys.max_age_seconds,
            "keys.publish_seconds: at least keys.max_age_seconds, so that relying parties know a key before it signs",
        );
        ask(
            keys.rotate_seconds == 0 || keys.rotate_seconds > keys.publish_seconds.saturating_mul(2),
            "keys.rotate_seconds: more than twice keys.publish_seconds, or 0",
        );
        ask(keys.reload_seconds > 0, "keys.reload_seconds: at least 1");
        ask((8_192..=1_048_576).contains(&keys.kdf_memory_kib), "keys.kdf_memory_kib: from 8192 to 1048576");
        ask(is_id(&self.policy.default), "policy.default: `strict`, `crypto-only` or the id of a policy");
        ask((1..=32).contains(&self.policy.max_per_request), "policy.max_per_request: from 1 to 32");
        let rego = &self.policy.rego;
        ask((1..=10_000).contains(&rego.milliseconds), "policy.rego.milliseconds: from 1 to 10000");
        ask((64..=4_096).contains(&rego.memory_mib), "policy.rego.memory_mib: from 64 to 4096");
        ask(
            (10..=3_600).contains(&self.challenge.lifetime_seconds),
            "challenge.lifetime_seconds: from 10 to 3600",
        );
        for (name, upstreams) in [
            ("collateral.upstreams", &self.collateral.upstreams),
            ("collateral.rim_upstreams", &self.collateral.rim_upstreams),
            ("collateral.nvidia_crl_upstreams", &self.collateral.nvidia_crl_upstreams),
        ] {
            for upstream in upstreams {
                ask(
                    upstream.starts_with("https://") || upstream.starts_with("http://"),
                    &format!("{name}: addresses that begin with https://"),
                );
            }
        }
        ask((1..=60).contains(&self.collateral.timeout_seconds), "collateral.timeout_seconds: from 1 to 60");
        let is_digest = |hex: &str| hex.len() == 64 && hex.bytes().all(|c| c.is_ascii_hexdigit());
        for token in &self.admin.tokens {
            ask(is_digest(&token.sha256), "admin.tokens: `sha256` has 64 hex digits");
            ask(!token.name.is_empty(), "admin.tokens: `name` is not empty");
        }
        for certificate in &self.admin.certificates {
            ask(is_digest(&certificate.sha256), "admin.certificates: `sha256` has 64 hex digits");
            ask(!certificate.name.is_empty(), "admin.certificates: `name` is not empty");
        }
        if let Some(oidc) = &self.admin.oidc {
            let is_https = |url: &str| url.starts_with("https://");
            let local = oidc.jwks_url.starts_with("http://127.0.0.1:") && self.listen.ip().is_loopback();
            ask(is_https(&oidc.jwks_url) || local, "admin.oidc.jwks_url: https");
            ask(!oidc.issuer.is_empty(), "admin.oidc.issuer: not empty");
            ask(!oidc.audience.is_empty(), "admin.oidc.audience: not empty");
            ask(!oidc.subjects.is_empty(), "admin.oidc.subjects: at least one");
        }
        let tls = &self.tls;
        ask(tls.certificate.is_some() == tls.key.is_some(), "tls: `certificate` and `key` go together");
        ask(
            tls.client_ca.is_none() || tls.is_on(),
            "tls.client_ca: only where the service speaks TLS itself",
        );
        ask(
            self.admin.certificates.is_empty() || tls.client_ca.is_some(),
            "admin.certificates: name their roots in tls.client_ca",
        );
        ask(self.client.requests_per_second == 0 || self.client.burst > 0, "client.burst: at least 1");
        let files = [
            &self.trust.roots,
            &self.trust.tpm_roots,
            &self.trust.nvidia_roots,
            &self.trust.rim_roots,
            &self.collateral.import,
            &self.collateral.rims,
            &self.collateral.nvidia_crls,
        ];
        let single =
            [&self.keys.passphrase_file, &self.collateral.tls_ca, &tls.certificate, &tls.key, &tls.client_ca];
        let named = files.into_iter().flatten().chain(single.into_iter().flatten());
        for path in named {
            ask(path.exists(), &format!("{}: there is no such file or folder", path.display()));
        }
        ask(
            self.issuer.as_str().starts_with("https://") || self.listen.ip().is_loopback(),
            "issuer: https, unless the service listens on this machine only",
        );
        ask(Path::new(&self.data_dir) != Path::new(""), "data_dir: not empty");
        if wrong.is_empty() { Ok(()) } else { Err(ConfigError(wrong)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_hold_and_everything_wrong_is_told_at_once() {
        assert_eq!(Config::default().check(), Ok(()));
        let mut config = Config::default();
        config.limits.body_bytes = 0;
        config.keys.publish_seconds = 10;
        config.policy.default = "../strict".to_owned();
        config.trust.roots.push("nowhere.pem".into());
        config.listen = ([0, 0, 0, 0], 80).into();
        let ConfigError(wrong) = config.check().unwrap_err();
        assert_eq!(wrong.len(), 5, "{wrong:?}");
    }
}
