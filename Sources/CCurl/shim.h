#include <curl/curl.h>

/* curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call. */
static inline CURLcode negawatt_curl_set_number(CURL *curl, CURLoption option, long value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode negawatt_curl_set_size(CURL *curl, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(curl, option, value);
}

/* libcurl copies the text. */
static inline CURLcode negawatt_curl_set_text(CURL *curl, CURLoption option, const char *value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode negawatt_curl_set_list(CURL *curl, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode negawatt_curl_set_receiver(CURL *curl, size_t (*receive)(char *, size_t, size_t, void *), void *context) {
    CURLcode code = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    return code ? code : curl_easy_setopt(curl, CURLOPT_WRITEDATA, context);
}

static inline CURLcode negawatt_curl_set_progress(
    CURL *curl, int (*progress)(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t), void *context) {
    CURLcode code = curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, progress);
    if (!code) code = curl_easy_setopt(curl, CURLOPT_XFERINFODATA, context);
    return code ? code : curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

/* Called for each socket that is to be opened; CURL_SOCKET_BAD opens none. */
static inline CURLcode negawatt_curl_set_opener(
    CURL *curl, curl_socket_t (*open)(void *, curlsocktype, struct curl_sockaddr *), void *context) {
    CURLcode code = curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open);
    return code ? code : curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, context);
}

/* Where libcurl says in words what has failed: at least CURL_ERROR_SIZE bytes. */
static inline CURLcode negawatt_curl_set_words(CURL *curl, char *words) {
    return curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
}

static inline long negawatt_curl_status(CURL *curl) {
    long status = 0;
    return curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) ? 0 : status;
}

/* Copies the body of a POST. */
static inline CURLcode negawatt_curl_set_body(CURL *curl, const void *bytes, curl_off_t size) {
    CURLcode code = curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, size);
    return code ? code : curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, bytes);
}

/* Called for each line of the answer's head. */
static inline CURLcode negawatt_curl_set_head(CURL *curl, size_t (*receive)(char *, size_t, size_t, void *), void *context) {
    CURLcode code = curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, receive);
    return code ? code : curl_easy_setopt(curl, CURLOPT_HEADERDATA, context);
}

/* The last one of this name; NULL where the answer has none. It lives as long as the handle, or until its next transfer. */
static inline const char *negawatt_curl_header(CURL *curl, const char *name) {
    struct curl_header *header = NULL;
    return curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &header) ? NULL : header->value;
}

/* The transfer that has ended, and how; NULL where none has. */
static inline CURL *negawatt_curl_ended(CURLM *multi, CURLcode *code) {
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)))
        if (message->msg == CURLMSG_DONE) {
            *code = message->data.result;
            return message->easy_handle;
        }
    return NULL;
}

static inline CURLMcode negawatt_curl_multi_set_number(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

/* NULL where the answer has none. It lives as long as the handle, or until its next transfer. */
static inline const char *negawatt_curl_content_type(CURL *curl) {
    char *type = NULL;
    return curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type) ? NULL : type;
}

static inline const char *negawatt_curl_version(void) { return curl_version_info(CURLVERSION_NOW)->version; }
