// Says which time zone the reader is in, so that pages and letters tell the time of there. Without it they tell UTC.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const secure = location.protocol === "https:" ? "; Secure" : "";
if (timeZone) document.cookie = `vrm-zone=${timeZone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
